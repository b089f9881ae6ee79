using Ms2m.Engine.Measuring;

namespace Ms2m.Engine.Api;

/// <summary>What Prometheus scrapes.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this WebApplication app) => app.MapGet("/metrics", ReadAsync)
        .WithSummary("Counters, histograms and gauges in Prometheus' text format").WithTags("Health").Produces<string>(200, "text/plain");

    private static async Task<IResult> ReadAsync(
        StoreLooker looker, EngineMetrics metrics, MeterTotals totals, CancellationToken token)
    {
        metrics.Look = await looker.LookAsync(token);
        return Results.Text(PrometheusText.Write(totals.Read()), PrometheusText.ContentType);
    }
}
