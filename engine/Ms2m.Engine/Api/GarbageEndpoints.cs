using Ms2m.Engine.Collection;

namespace Ms2m.Engine.Api;

/// <summary>What dead migrations have left behind: look, and remove.</summary>
internal static class GarbageEndpoints
{
    public static void MapGarbage(this WebApplication app)
    {
        app.MapGet("/garbage", async (RemainsReader remains, CancellationToken token) =>
            Results.Ok(await remains.LookAsync(token)));
        app.MapPost("/garbage/collect", async (GarbageCollector collector, CancellationToken token) =>
            Results.Ok(await collector.CollectAsync(token)));
    }
}
