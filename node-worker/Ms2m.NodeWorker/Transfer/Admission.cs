using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Transfer.Security;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>Who may speak with a transfer's address: whoever has the token, and is the node that the reservation names.</summary>
public sealed class Admission(ReservationBook book, ITransferSecurity security, ILogger<TransferEndpoint> log)
{
    /// <summary>Null when it was refused, and told so, before a byte of its body was read.</summary>
    public async Task<Reservation?> AdmitAsync(HttpContext http)
    {
        if (Find(http) is not { } reservation)
        {
            // An unknown migration and a wrong token look the same from outside.
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return null;
        }
        if (security.ComesFrom(http, reservation.SourceNode))
            return reservation;
        if (HttpMethods.IsPut(http.Request.Method) || http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true })
            await RefuseAsync(http, reservation, NodeFailures.NotTheSource(reservation.SourceNode));
        else
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return null;
    }

    public bool IsOpen(Reservation reservation) => book.Of(reservation.MigrationId)?.Attempt == reservation.Attempt;

    public Task RefuseAsync(HttpContext http, Reservation reservation, Trouble trouble) =>
        RefuseAsync(http, reservation.MigrationId, trouble, log);

    /// <param name="id">Of the migration, or of whatever else was to come.</param>
    internal static async Task RefuseAsync(HttpContext http, Guid id, Trouble trouble, ILogger log)
    {
        var status = trouble.Reason.Code switch
        {
            "MS2M-2303" => StatusCodes.Status413PayloadTooLarge,
            "MS2M-2306" => StatusCodes.Status403Forbidden,
            "MS2M-2304" => StatusCodes.Status422UnprocessableEntity,
            "MS2M-2309" => StatusCodes.Status409Conflict,
            "MS2M-2501" => StatusCodes.Status507InsufficientStorage,
            _ => StatusCodes.Status400BadRequest,
        };
        TransferLog.Refused(log, id, status, trouble.Reason.Message);
        http.Response.StatusCode = status;
        await http.Response.WriteAsJsonAsync(trouble, ContractJson.Options, http.RequestAborted);
    }

    private Reservation? Find(HttpContext http)
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
}
