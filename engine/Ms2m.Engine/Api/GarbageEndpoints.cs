using Ms2m.Engine.Collection;
using Ms2m.Migrations;

namespace Ms2m.Engine.Api;

/// <summary>What dead migrations have left behind: look, and remove.</summary>
internal static class GarbageEndpoints
{
    public static void MapGarbage(this WebApplication app)
    {
        app.MapGet("/garbage", async (RemainsReader remains, CancellationToken token) =>
            Results.Ok(await remains.LookAsync(token)))
            .WithSummary("What dead migrations have left behind").WithTags("Garbage").Produces<Garbage[]>();
        app.MapPost("/garbage/collect", async (GarbageCollector collector, CancellationToken token) =>
            Results.Ok(await collector.CollectAsync(token)))
            .WithSummary("Have what may go removed").WithTags("Garbage").Produces<Garbage[]>();
    }
}
