using System.Globalization;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.Registry;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>Where checkpoints arrive: PUT sends one, GET tells how much of it is here. Below it, which pages of the workload
/// this node has already, where more of them are sent ahead, and where it is told to fetch a checkpoint from a registry.</summary>
public sealed class TransferEndpoint(
    Admission admission, IncomingCheckpoints incoming, Bases bases, AheadReceiver ahead, RegistryReceiver registry,
    ILogger<TransferEndpoint> log)
{
    internal const string Route = "/checkpoints/{migrationId:guid}/{attempt:int}";

    public const string Pages = "pages";
    public const string Ahead = "ahead";
    public const string Pull = "pull";

    public static string PathOf(Guid migrationId, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"/checkpoints/{migrationId:D}/{attempt}");

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Route, ["PUT"], (RequestDelegate)(http => TakeAsync(http, PutAsync)));
        routes.MapMethods(Route, ["GET"], (RequestDelegate)GetAsync);
        routes.MapMethods($"{Route}/{Pages}", ["GET"], (RequestDelegate)GetPagesAsync);
        routes.MapMethods($"{Route}/{Ahead}", ["PUT"], (RequestDelegate)(http => TakeAsync(http, ahead.ReceiveAsync)));
        routes.MapMethods($"{Route}/{Pull}", ["PUT"], (RequestDelegate)(http => TakeAsync(http, registry.ReceiveAsync)));
    }

    private async Task TakeAsync(HttpContext http, Func<HttpContext, Reservation, Task<Trouble?>> take)
    {
        if (await admission.AdmitAsync(http) is not { } reservation)
            return;
        if (http.Request.ContentLength > reservation.MaxBytes)
        {
            await admission.RefuseAsync(http, reservation, NodeFailures.TooLarge(reservation.MaxBytes));
            return;
        }
        StreamedBody.Expect(http);
        try
        {
            if (await take(http, reservation) is { } trouble)
                await admission.RefuseAsync(http, reservation, trouble);
            else if (!http.Response.HasStarted)
                http.Response.StatusCode = StatusCodes.Status200OK;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException)
        {
            // The sender has gone, or a newer connection of it has taken over; it may come back and go on.
            TransferLog.BrokenOff(log, reservation.MigrationId, e.Message);
            http.Abort();
        }
    }

    private async Task<Trouble?> PutAsync(HttpContext http, Reservation reservation)
    {
        var named = TransferHeaders.ReadBases(http.Request.Headers[TransferHeaders.Bases]);
        var kept = bases.Of(reservation.Spec.Name);
        // Of a sender that leaves nothing out, none is needed.
        if (named.Count == 0)
            bases.MakeRoom(reservation.Spec.Name, () => bases.FreeAhead(reservation) >= 0);
        var folders = named.Select(digest => kept.FirstOrDefault(b => b.Complete?.Digest == digest)?.Images).ToList();
        if (folders.Contains(null))
            return NodeFailures.BaseGone();
        var resume = http.Request.Headers.ContainsKey(TransferHeaders.Resume);
        var outcome = await incoming.For(reservation).ReceiveAsync(http.Request.Body, resume, folders!, http.RequestAborted);
        if (!outcome.Failed)
            TransferLog.Received(log, reservation.MigrationId, outcome.Value.Files, outcome.Value.Bytes);
        return outcome.Trouble;
    }

    private async Task GetAsync(HttpContext http)
    {
        if (await admission.AdmitAsync(http) is { } reservation)
        {
            await http.Response.WriteAsJsonAsync(
                incoming.For(reservation).Received, ContractJson.Options, http.RequestAborted);
        }
    }

    private async Task GetPagesAsync(HttpContext http)
    {
        if (await admission.AdmitAsync(http) is not { } reservation)
            return;
        http.Response.ContentType = "application/octet-stream";
        await bases.WritePagesAsync(reservation.Spec.Name, http.Response.Body, http.RequestAborted);
    }
}
