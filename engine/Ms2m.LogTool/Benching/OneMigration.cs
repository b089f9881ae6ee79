using System.Diagnostics;
using Ms2m.History.ReadModels;
using Ms2m.LogTool.Verbs;

namespace Ms2m.LogTool.Benching;

/// <summary>How long the store takes for what is asked about one migration.</summary>
internal static class OneMigration
{
    private const int Count = 200;

    /// <summary>How many of its kind one is compared with.</summary>
    private const int OfItsKind = 200;

    public static async Task<IReadOnlyList<QueryFigures>> Measure(LogStore store, CancellationToken cancel)
    {
        var table = new MigrationTable(store.Source);
        var newest = await table.NewestAsync(new MigrationFilter(Active: false, Strategy: "shadow"), 5_000, cancel);
        var some = Random.Shared.GetItems(newest.ToArray(), Count);
        return
        [
            Figures("show", await Times(some.Select(one => (Func<Task>)(() => store.Streams.ReadAsync(one.MigrationId, 1, cancel))))),
            Figures("explain", await Times(some.Select(one => (Func<Task>)(async () =>
            {
                await store.Streams.ReadAsync(one.MigrationId, 1, cancel);
                await table.CompletedAsync(one.Workload, one.Strategy!, OfItsKind, cancel);
            })))),
        ];
    }

    private static async Task<List<double>> Times(IEnumerable<Func<Task>> queries)
    {
        var times = new List<double>();
        foreach (var query in queries)
        {
            var begun = Stopwatch.GetTimestamp();
            await query();
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        times.Sort();
        return times;
    }

    private static QueryFigures Figures(string name, List<double> times) =>
        new(name, times.Count, times[times.Count / 2], times[times.Count * 95 / 100], times[^1]);
}
