using Ms2m.History.Tests.Lab;
using Ms2m.History.Timelines;

namespace Ms2m.History.Tests.Runs;

/// <summary>Histories to try laws on: real ones of older versions, and simulated ones of every fate, with and without
/// headers.</summary>
internal static class AnyRun
{
    public static IEnumerable<MigrationHistory> All(int seeds = 150)
    {
        foreach (var history in OldLog.All)
        {
            yield return history;
        }

        for (var seed = 1; seed <= seeds; seed++)
        {
            foreach (var trouble in new[] { 0, 0.04, 0.15 })
            {
                yield return MigrationHistory.Of(SimulatedRun.Of(seed, trouble, headers: seed % 2 == 0));
            }
        }
    }
}
