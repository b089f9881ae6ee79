using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.Security;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Transfer.Standby;

/// <summary>Sends the memory of a running instance to its standby node: the pages that it has not, and which of those that it
/// has still count. Nothing is dumped and nobody stands still.</summary>
public sealed class StandbySender(
    ITransferSecurity security, ILiveMemory memory, IContainerRuntime runtime, TimeProvider time)
{
    private static readonly HashSet<ulong> _nothing = [];

    /// <param name="count">Is told what went, also when it came to nothing in the end.</param>
    internal async Task<Trouble?> SendAsync(SendBase command, Action<long, long> count, CancellationToken cancel)
    {
        if (!Uri.TryCreate(command.TransferUrl, UriKind.Absolute, out var url))
            return NodeFailures.TransferRefused("its address cannot be read");
        var order = new TransferOrder(url, command.TargetNode, command.Token, command.MaxBytes);
        if (order.RefuseBy(security) is { } unproven)
            return unproven;
        var found = await runtime.FindAsync(command.InstanceId, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value is not { IsRunning: true } container)
            return NodeFailures.NotRunning(command.InstanceId, found.Value?.State ?? "gone");
        using var http = security.OpenClient();
        http.MaxResponseContentBufferSize = DirectTransfer.MaxAnswer;
        var welcome = await new StandbyPeer(http, order, time).WelcomeAsync(cancel);
        if (welcome.Failed)
            return welcome.Trouble;
        if (welcome.Value.Zstd)
            order = order with { Url = new UriBuilder(url) { Query = TransferUrl.Zstd }.Uri };
        var target = new TargetPeer(http, order);
        var there = await target.PagesAsync(cancel);
        if (there.Failed)
            return there.Trouble;
        var wire = new PacedWire(maxBytesPerSecond: null, time);
        wire.AlsoWent(there.Value.WireBytes);
        var known = new PageIndex(there.Value.Lists);
        var round = new AheadRound(memory, new LiveContainer(container.Pid, container.Id), _nothing, wire, order, time, known);
        try
        {
            var sent = await target.PutAsync(
                TransferEndpoint.Ahead, null, round.WriteToAsync,
                headers => headers.Add(TransferHeaders.Bases, TransferHeaders.WriteBases(known.Bases)), cancel);
            return sent.Trouble;
        }
        catch (InvalidDataException)
        {
            return NodeFailures.NotRunning(command.InstanceId, "without memory that can be read");
        }
        finally
        {
            count(round.BytesSeen, wire.Bytes);
        }
    }
}
