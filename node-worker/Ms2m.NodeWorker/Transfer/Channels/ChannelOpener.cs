using System.Net;
using System.Net.Http.Headers;
using Ms2m.NodeWorker.Transfer.Security;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Transfer.Channels;

/// <summary>Opens channels from a migration's source to its target, which has to prove who it is before it hears anything.</summary>
public sealed class ChannelOpener(ITransferSecurity security, TimeProvider time, ChannelPatience? patience = null)
{
    private static readonly TimeSpan Opening = TimeSpan.FromSeconds(15);

    /// <summary>Limited by the order's bandwidth.</summary>
    public Task<Outcome<ChannelStream>> OpenAsync(TransferOrder order, string purpose, CancellationToken cancel) =>
        OpenAsync(order, purpose, new PacedWire(order.Options.MaxBytesPerSecond, time), cancel);

    /// <param name="wire">Limits and counts what this side says, beside what else goes over it; not at the same time.</param>
    internal async Task<Outcome<ChannelStream>> OpenAsync(
        TransferOrder order, string purpose, PacedWire wire, CancellationToken cancel)
    {
        if (order.RefuseBy(security) is { } refusal)
            return refusal;
        var http = security.OpenClient();
        HttpResponseMessage? response = null;
        var opened = false;
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Opening);
        try
        {
            using var request = TargetPeer.RequestOf(order, HttpMethod.Get, ChannelEndpoint.PathOf(purpose));
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.Add(new ProductHeaderValue(ChannelEndpoint.Protocol));
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited.Token);
            if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
                return await TargetPeer.ReadRefusalAsync(response, limited.Token);
            var (raw, connection) = (await response.Content.ReadAsStreamAsync(limited.Token), response);
            opened = true;
            return new ChannelStream(raw, wire, patience ?? ChannelPatience.Usual, time, () =>
            {
                connection.Dispose();
                http.Dispose();
            });
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            cancel.ThrowIfCancellationRequested();
            return TargetPeer.TroubleOf(order, e);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return NodeFailures.TransferBroke("nobody answers at its address");
        }
        finally
        {
            if (!opened)
            {
                response?.Dispose();
                http.Dispose();
            }
        }
    }
}
