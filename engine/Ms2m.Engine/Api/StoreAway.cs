using Ms2m.Contracts;
using Npgsql;

namespace Ms2m.Engine.Api;

/// <summary>Answers for every endpoint while the store is away: whoever asks may simply ask again, and a defect is told
/// from an outage.</summary>
internal static class StoreAway
{
    public static void UseStoreAway(this WebApplication app) => app.Use(async (http, next) =>
    {
        try
        {
            await next(http);
        }
        catch (NpgsqlException broken) when (IsAway(broken) && !http.Response.HasStarted)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await http.Response.WriteAsJsonAsync(
                new Failure("MS2M-1202", "The store does not answer.", "Check that PostgreSQL runs, and MS2M_STORE."),
                http.RequestAborted);
        }
    });

    /// <summary>No connection, a broken one, or a server that is going or coming.</summary>
    internal static bool IsAway(NpgsqlException broken) => broken is not PostgresException refusal
        || refusal.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow;
}
