using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Cluster;
using Ms2m.Engine.Hosting;
using Ms2m.Engine.Saga;
using Ms2m.Engine.Turns;
using Ms2m.Migrations;

namespace Ms2m.Engine.Standbys;

/// <summary>Has memory sent in advance where workloads ask for it, and lets what nobody needs any more go. It stores nothing:
/// what is there stands in the nodes' reports, and a node drops an order that another engine has given it already.</summary>
internal sealed partial class StandbySweeper(
    ClusterReader cluster, LineReader lines, TransferTokens tokens, IBus bus, TimeProvider time, ILogger<StandbySweeper> logger)
    : NowAndThen(TimeSpan.FromSeconds(3), atOnce: false, time)
{
    /// <summary>A worker that is away finds none of these when it is back, but newer ones.</summary>
    private static readonly TimeSpan _orderLives = TimeSpan.FromSeconds(30);

    private readonly Dictionary<(string Workload, string Node), DateTimeOffset> _ordered = [];

    protected override async Task OnceAsync(CancellationToken token)
    {
        var nodes = (await cluster.NodesAsync(token)).ToArray();
        var now = Time.GetUtcNow();
        foreach (var late in _ordered.Where(one => now - one.Value > TimeSpan.FromSeconds(Standby.MostSeconds)).ToArray())
        {
            _ordered.Remove(late.Key);
        }

        // Whatever one node says or does not say keeps neither the others' rounds from being ordered nor anything from going.
        await TryAsync(() => OrderAsync(nodes, now, token), token);
        foreach (var (node, workload) in StandbyRounds.NoLongerWanted(nodes, now))
        {
            LogDropping(workload, node);
            await TryAsync(() => SendAsync(node, new DropBase(workload), token), token);
        }
    }

    private async Task OrderAsync(NodeReported[] nodes, DateTimeOffset now, CancellationToken token)
    {
        if (!nodes.Any(node => node.Instances?.Any(one => one?.Spec?.Traits?.Standby is not null) == true))
        {
            return;
        }

        foreach (var round in StandbyRounds.Due(nodes, await lines.LookAsync(token), _ordered, now))
        {
            _ordered[(round.Workload, round.StandbyNode)] = now;
            await TryAsync(() => OrderAsync(round, token), token);
        }
    }

    private async Task TryAsync(Func<Task> work, CancellationToken token)
    {
        try
        {
            await work();
        }
        catch (Exception failure) when (!token.IsCancellationRequested)
        {
            Failed(failure);
        }
    }

    private async Task OrderAsync(DueRound round, CancellationToken token)
    {
        var id = Guid.CreateVersion7(Time.GetUtcNow());
        var secret = tokens.ForRound(id);
        await SendAsync(
            round.StandbyNode,
            new ExpectBase(id, round.Workload, round.SourceNode, secret, round.MaxBytes, round.EverySeconds), token);
        await SendAsync(
            round.SourceNode,
            new SendBase(
                id, round.InstanceId, round.StandbyNode, $"{round.StandbyAddress.TrimEnd('/')}/bases/{id:D}", secret, round.MaxBytes,
                round.EverySeconds),
            token);
    }

    private async Task SendAsync<T>(string node, T order, CancellationToken token)
        where T : class
    {
        var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{Names.Node(node)}"));
        await endpoint.Send(order, send => send.TimeToLive = _orderLives, token);
    }

    [LoggerMessage(1411, LogLevel.Information, "Nobody needs what {Node} has of {Workload} as its standby node: it is told to drop it")]
    private partial void LogDropping(string workload, string node);

    [LoggerMessage(1412, LogLevel.Warning, "Having memory sent in advance failed; it will be tried again")]
    protected override partial void Failed(Exception failure);
}
