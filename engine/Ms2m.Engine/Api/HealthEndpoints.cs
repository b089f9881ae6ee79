using MassTransit;
using Ms2m.Engine.Hosting;
using Ms2m.EventLog.Projections;
using Ms2m.History.ReadModels;
using Npgsql;

namespace Ms2m.Engine.Api;

/// <summary>Whether the engine lives, and whether it can work; if not, why.</summary>
internal static class HealthEndpoints
{
    /// <summary>A store that needs longer than this is of no use to a migration either.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/health/live", () => Results.Text("Healthy"))
            .WithSummary("Whether the process answers").WithTags("Health").Produces<string>(200, "text/plain");
        app.MapGet("/health/ready", ReadyAsync)
            .WithSummary("Whether the engine can work: store, broker and read side, each with the reason if not").WithTags("Health")
            .Produces<ReadyBody>(200).Produces<ReadyBody>(503);
    }

    private static async Task<IResult> ReadyAsync(
        IBusControl bus, Projector projector, MigrationRows rows, ReadModels readModels, TimeProvider time, CancellationToken token)
    {
        var (store, behind) = await StoreAsync(projector, rows, time, token);
        var broker = BrokerOf(bus);
        var readSide = new PartBody(readModels.Trouble is null, readModels.Trouble);
        // Migrations go on without read models; only lists are out of date.
        var status = !store.Ok || !broker.Ok ? "Unhealthy" : readSide.Ok ? "Healthy" : "Degraded";
        return Results.Json(
            new ReadyBody(status, store, broker, readSide, behind),
            statusCode: store.Ok && broker.Ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<(PartBody Store, long? Behind)> StoreAsync(
        Projector projector, MigrationRows rows, TimeProvider time, CancellationToken token)
    {
        try
        {
            var (mark, newest) = await projector.LookAsync(rows.Name, token).WaitAsync(_patience, time, token);
            return (new PartBody(true, null), Math.Max(0, newest - mark));
        }
        catch (TimeoutException)
        {
            return (new PartBody(false, $"The store has not answered for {_patience.TotalSeconds} s."), null);
        }
        // Not the message: it may name what only the engine's log should.
        catch (NpgsqlException away)
        {
            return (new PartBody(false, $"The store does not answer ({away.SqlState ?? away.GetType().Name})."), null);
        }
    }

    private static PartBody BrokerOf(IBusControl bus)
    {
        var health = bus.CheckHealth();
        if (health.Status == BusHealthStatus.Healthy)
        {
            return new PartBody(true, null);
        }

        var missing = health.Endpoints.Where(one => one.Value.Status != BusHealthStatus.Healthy)
            .Select(one => one.Key).Order(StringComparer.Ordinal);
        return new PartBody(false, $"{health.Description}: not connected to {string.Join(", ", missing)}");
    }
}

/// <param name="Status"><c>Healthy</c>, <c>Degraded</c> (lists are out of date) or <c>Unhealthy</c>.</param>
/// <param name="EventsBehind">How many positions of the log the read models have not come to yet.</param>
internal sealed record ReadyBody(string Status, PartBody Store, PartBody Broker, PartBody ReadSide, long? EventsBehind);

/// <summary>One thing that the engine needs.</summary>
/// <param name="Reason">Why it is not as it should be.</param>
internal sealed record PartBody(bool Ok, string? Reason);
