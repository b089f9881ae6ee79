using Ms2m.Checker;
using Ms2m.Cli.Api;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Bench;

/// <summary>A benchmark's result, as <c>--json</c> prints it. Times in milliseconds; the verdict is over the whole chain
/// of migrations, warm-ups included.</summary>
/// <param name="EngineMs">The engine's own share: the total without dump, transfer, restore, attach, replay and drain.</param>
internal sealed record BenchReport(
    int Runs,
    int Completed,
    bool Succeeded,
    double Rate,
    int Publishers,
    int WorkMs,
    int StateMb,
    Statistics? TotalMs,
    Statistics? RequestToEndMs,
    Statistics? InterruptionMs,
    Statistics? ReceiptGapMs,
    Statistics? FrozenMs,
    Statistics? EngineMs,
    Statistics? CheckpointBytes,
    Statistics? WireBytes,
    Statistics? ReplayedMessages,
    IReadOnlyList<NamedStatistics> Phases,
    IReadOnlyList<NamedStatistics> Work,
    IReadOnlyList<NamedStatistics> Steps,
    ResidentMemory Memory,
    long Published,
    long Applied,
    long Lost,
    long Duplicated,
    long Reordered,
    long EffectsMissing,
    long EffectsRepeated,
    bool Verified,
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> Leftovers,
    IReadOnlyList<MeasuredMigration> Migrations)
{
    public static BenchReport Of(
        BenchOptions options, IReadOnlyList<MeasuredMigration> all, ResidentMemory memory, Verdict verdict,
        IReadOnlyList<string> leftovers)
    {
        // A migration that was rolled back took its own time; mixed in, it would make the medians mean nothing.
        var done = all.Where(one => one.Outcome == MigrationView.Completed).ToList();
        var verified = verdict.Exact && done.All(one => one.HandoffVerified);
        return new BenchReport(
            all.Count,
            done.Count,
            verified && done.Count == all.Count && leftovers.Count == 0,
            options.Load.Rate,
            options.Load.Publishers,
            options.Load.WorkMs,
            options.Load.StateMb,
            Statistics.Of(done.Select(one => one.TotalMs)),
            Statistics.Of(done.Select(one => one.RequestToEndMs)),
            Statistics.Of(done.Select(one => one.InterruptionMs).OfType<double>()),
            Statistics.Of(done.Select(one => one.ReceiptGapMs)),
            Statistics.Of(done.Select(one => one.FrozenMs).OfType<double>()),
            Statistics.Of(done.Select(one => one.Time.EngineMs)),
            Statistics.Of(done.Select(one => (double?)one.CheckpointBytes).OfType<double>()),
            Statistics.Of(done.Select(one => (double?)one.WireBytes).OfType<double>()),
            Statistics.Of(done.Select(one => (double?)one.ReplayedMessages).OfType<double>()),
            NamedStatistics.Of(done.SelectMany(one => one.Phases).Select(phase => (phase.Name, phase.Ms))),
            NamedStatistics.Of(done.SelectMany(one => WorkIn(one.Time))),
            NamedStatistics.Of(done.SelectMany(one => one.Steps).Select(step => (step.Name, step.Ms))),
            memory,
            verdict.Published,
            verdict.Applied,
            verdict.Lost,
            verdict.Duplicated,
            verdict.Reordered,
            verdict.EffectsMissing,
            verdict.EffectsRepeated,
            verified,
            [.. verdict.Problems],
            leftovers,
            all);
    }

    private static IEnumerable<(string Name, double Ms)> WorkIn(WhereTheTimeGoes time)
    {
        (string Name, double? Ms)[] parts =
        [
            ("dump", time.DumpMs),
            ("transfer", time.TransferMs),
            ("restore", time.RestoreMs),
            ("attach", time.AttachMs),
            ("replay", time.ReplayMs),
            ("drain", time.DrainMs),
            ("engine", time.EngineMs),
        ];
        foreach (var (name, known) in parts)
        {
            if (known is { } ms)
            {
                yield return (name, ms);
            }
        }
    }
}
