using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Transfer.Channels;

/// <summary>Where the source of a migration opens channels to its target: an upgrade of a request below the checkpoint's
/// address, which is admitted as every other there.</summary>
public sealed class ChannelEndpoint(
    Admission admission, ReservationBook book, OpenChannels open, IEnumerable<IChannelHandler> handlers, IHostApplicationLifetime life,
    TimeProvider time, ILogger<TransferEndpoint> log, ChannelPatience? patience = null)
{
    /// <summary>In the header Upgrade.</summary>
    public const string Protocol = "ms2m-channel";

    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, IChannelHandler> _handlers = handlers.ToDictionary(one => one.Purpose);

    /// <summary>Below the checkpoint's path.</summary>
    public static string PathOf(string purpose) => $"channels/{purpose}";

    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods(
        $"{TransferEndpoint.Route}/{PathOf("{purpose}")}", ["GET"], (RequestDelegate)ServeAsync);

    private async Task ServeAsync(HttpContext http)
    {
        if (await admission.AdmitAsync(http) is not { } reservation)
            return;
        var purpose = http.Request.RouteValues["purpose"] as string ?? "";
        if (!_handlers.TryGetValue(purpose, out var handler))
        {
            await admission.RefuseAsync(http, reservation, NodeFailures.TransferRefused("it serves no channel of this purpose"));
            return;
        }
        if (http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade
            || http.Request.Headers.Upgrade != Protocol)
        {
            await admission.RefuseAsync(http, reservation, NodeFailures.TransferRefused("a channel begins with an upgrade"));
            return;
        }
        // A side may have nothing to say, or no time to listen, for as long as its purpose takes.
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } asking)
            asking.MinDataRate = null;
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } answering)
            answering.MinDataRate = null;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);
        try
        {
            await open.RunAsync(
                reservation.MigrationId, purpose, () => book.Of(reservation.MigrationId)?.Attempt == reservation.Attempt,
                cancel => ServeAsync(http, upgrade, handler, reservation, cancel), ends.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            TransferLog.ChannelBroke(log, reservation.MigrationId, purpose, e.Message);
            http.Abort();
        }
        catch (Exception e)
        {
            TransferLog.ChannelFailed(log, reservation.MigrationId, purpose, e);
            http.Abort();
        }
    }

    private async Task ServeAsync(
        HttpContext http, IHttpUpgradeFeature upgrade, IChannelHandler handler, Reservation reservation, CancellationToken cancel)
    {
        http.Response.Headers.Upgrade = Protocol;
        var raw = await upgrade.UpgradeAsync();
        await using var channel = new ChannelStream(raw, new PacedWire(null, time), patience ?? ChannelPatience.Usual, time, () => { });
        await handler.ServeAsync(reservation, channel, cancel);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        ending.CancelAfter(Ending);
        await channel.EndBothAsync(ending.Token);
    }
}
