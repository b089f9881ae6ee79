using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Transfer.Security;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>Where checkpoints arrive: PUT sends one, GET tells how much of it is here.</summary>
public sealed class TransferEndpoint(
    ReservationBook book, IncomingCheckpoints incoming, ITransferSecurity security, ILogger<TransferEndpoint> log)
{
    private const string Route = "/checkpoints/{migrationId:guid}/{attempt:int}";

    public static string PathOf(Guid migrationId, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"/checkpoints/{migrationId:D}/{attempt}");

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Route, ["PUT"], (RequestDelegate)PutAsync);
        routes.MapMethods(Route, ["GET"], (RequestDelegate)GetAsync);
    }

    private async Task PutAsync(HttpContext http)
    {
        if (Admit(http) is not { } reservation)
        {
            // Before a byte of the body is read; an unknown migration and a wrong token look the same from outside.
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        if (!security.ComesFrom(http, reservation.SourceNode))
        {
            await RefuseAsync(http, reservation, NodeFailures.NotTheSource(reservation.SourceNode));
            return;
        }
        if (http.Request.ContentLength > reservation.MaxBytes)
        {
            await RefuseAsync(http, reservation, NodeFailures.TooLarge(reservation.MaxBytes));
            return;
        }
        // The reservation limits the size, and a dump may well take longer than Kestrel's patience with slow senders.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        try
        {
            var resume = http.Request.Headers.ContainsKey(TransferHeaders.Resume);
            var outcome = await incoming.For(reservation).ReceiveAsync(http.Request.Body, resume, http.RequestAborted);
            if (outcome.Failed)
            {
                await RefuseAsync(http, reservation, outcome.Trouble);
                return;
            }
            TransferLog.Received(log, reservation.MigrationId, outcome.Value.Files, outcome.Value.Bytes);
            http.Response.StatusCode = StatusCodes.Status200OK;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException)
        {
            // The sender has gone, or a newer connection of it has taken over; it may come back and go on.
            TransferLog.BrokenOff(log, reservation.MigrationId, e.Message);
            http.Abort();
        }
    }

    private async Task GetAsync(HttpContext http)
    {
        if (Admit(http) is not { } reservation || !security.ComesFrom(http, reservation.SourceNode))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        await http.Response.WriteAsJsonAsync(
            incoming.For(reservation).Received, ContractJson.Options, http.RequestAborted);
    }

    private Reservation? Admit(HttpContext http)
    {
        var route = http.Request.RouteValues;
        if (!Guid.TryParse(route["migrationId"] as string, out var migrationId)
            || !int.TryParse(route["attempt"] as string, CultureInfo.InvariantCulture, out var attempt))
            return null;
        return book.Of(migrationId) is { } reservation && reservation.Attempt == attempt
            && TransferToken.Matches(http.Request.Headers.Authorization, reservation.TokenDigest)
            ? reservation
            : null;
    }

    private async Task RefuseAsync(HttpContext http, Reservation reservation, Trouble trouble)
    {
        var status = trouble.Reason.Code switch
        {
            "MS2M-2303" => StatusCodes.Status413PayloadTooLarge,
            "MS2M-2306" => StatusCodes.Status403Forbidden,
            "MS2M-2304" => StatusCodes.Status422UnprocessableEntity,
            "MS2M-2501" => StatusCodes.Status507InsufficientStorage,
            _ => StatusCodes.Status400BadRequest,
        };
        TransferLog.Refused(log, reservation.MigrationId, status, trouble.Reason.Message);
        http.Response.StatusCode = status;
        await http.Response.WriteAsJsonAsync(trouble, ContractJson.Options, http.RequestAborted);
    }
}
