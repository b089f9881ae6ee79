using Ms2m.Contracts;
using Ms2m.Engine.Cluster;
using Ms2m.Engine.Hosting;
using Ms2m.Engine.Ingress;
using Ms2m.EventLog.Claims;
using Ms2m.History.ReadModels;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;
using Npgsql;

namespace Ms2m.Engine.Api;

/// <summary>What would become of a request, without making it.</summary>
internal static class PlanEndpoints
{
    /// <summary>Enough for a median, and not so old that it speaks of another cluster.</summary>
    private const int Past = 50;

    public static void MapPlans(this WebApplication app) => app.MapPost("/plans", PlanAsync)
        .WithSummary("Pre-checks, strategy, steps and predicted times of a migration, without beginning it").WithTags("Migrations")
        .Reads<StartBody>().Produces<Forecast>(200).Fails(400, 415);

    private static async Task<IResult> PlanAsync(
        HttpRequest request, ClusterReader cluster, NpgsqlDataSource store, ReadModels readModels, MigrationTable table,
        TimeProvider time, CancellationToken token)
    {
        var read = RequestReader.Start(await MigrationEndpoints.BodyAsync(request, token), Guid.CreateVersion7(time.GetUtcNow()));
        if (read.Value is not { } start)
        {
            return Results.BadRequest(read.Problem);
        }

        var holder = Names.IsValid(start.Workload) ? await store.ClaimHolderAsync(start.Workload, token) : null;
        var first = RequestCheck.Check(
            new Asked(start, [.. await cluster.NodesAsync(token)], holder ?? start.MigrationId, Line.Empty), time.GetUtcNow());
        await readModels.CatchUpAsync(token);
        var past = first is MigrationRequested requested
            ? await table.CompletedAsync(requested.Spec.Name, requested.Strategy, Past, token)
            : [];
        return Results.Ok(Forecast.Of(start, first, past));
    }
}
