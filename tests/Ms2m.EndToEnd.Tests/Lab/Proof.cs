using Ms2m.Checker;
using Ms2m.Eval.Demo;
using Ms2m.Eval.Load;

namespace Ms2m.EndToEnd.Tests.Lab;

/// <summary>What must hold after every migration, however it ended.</summary>
internal static class Proof
{
    /// <summary>How many messages the sample workload has under way at most.</summary>
    private const int Window = 32;

    public static void Exact(Verdict verdict) => Assert.True(
        verdict.Exact && verdict is
        {
            Lost: 0, Duplicated: 0, Reordered: 0, EffectsMissing: 0, EffectsRepeated: 0, StateDigestMatches: true,
        },
        $"published {verdict.Published}, applied {verdict.Applied}, lost {verdict.Lost}, duplicated "
        + $"{verdict.Duplicated}, reordered {verdict.Reordered}, effects missing {verdict.EffectsMissing}, repeated "
        + $"{verdict.EffectsRepeated}: {string.Join(" | ", verdict.Problems)}");

    public static void Moved(DemoReport report)
    {
        Assert.True(report.Succeeded, $"{report.Outcome}, verified {report.Verified}: {report.Reason} "
            + string.Join(" | ", report.Problems.Concat(report.Leftovers)));
        Assert.Equal("Completed", report.Outcome);
        Assert.True(report.Published > 0 && report.Applied == report.Published);
    }

    /// <summary>As <see cref="ExactAndClean"/> after a crash or a freeze of the source: whoever dies between sending an
    /// effect and saying so has sent it, and the shadow cannot know. Then, and only then, it comes again, with the same id,
    /// for the messages of one window at most.</summary>
    public static async Task ExactAcrossACrash(
        LabFixture lab, LoadedWorkload orders, Action<string> say, CancellationToken cancel)
    {
        var verdict = await orders.Conclude(say, cancel);
        say($"published {verdict.Published}, applied {verdict.Applied}, effects repeated {verdict.EffectsRepeated}");
        Exact(verdict with { EffectsRepeated = Math.Max(0, verdict.EffectsRepeated - Window) });
        Assert.Empty(await lab.Cluster.Leftovers.Find(OrdersWorkload.Name, orders.Instance, orders.Node, cancel));
    }

    /// <summary>Stops the load, judges it, and looks for leftovers.</summary>
    public static async Task ExactAndClean(LabFixture lab, LoadedWorkload orders, Action<string> say, CancellationToken cancel)
    {
        Exact(await orders.Conclude(say, cancel));
        Assert.Empty(await lab.Cluster.Leftovers.Find(OrdersWorkload.Name, orders.Instance, orders.Node, cancel));
    }
}
