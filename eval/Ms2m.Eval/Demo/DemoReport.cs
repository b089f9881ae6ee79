using Ms2m.Checker;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Demo;

/// <summary>The result of one demo, as <c>--json</c> prints it. Counts are the checker's, times the log's.</summary>
/// <param name="Verified">The engine stored HandoffVerified, and the checker, which does not believe it, agrees.</param>
/// <param name="HandoffVerified">What the engine alone says.</param>
/// <param name="Exact">What the checker alone says.</param>
/// <param name="MaxReceiptGapMs">Longest silence of the workload's effects, migration included.</param>
internal sealed record DemoReport(
    Guid MigrationId,
    string Outcome,
    bool Succeeded,
    Failure? Reason,
    string? SourceNode,
    string? TargetNode,
    string? Strategy,
    string? Transfer,
    double Rate,
    int Publishers,
    int WorkMs,
    int StateMb,
    IReadOnlyList<PhaseView> Phases,
    double TotalMs,
    double RequestToEndMs,
    double? InterruptionMs,
    double? FrozenMs,
    long? CheckpointBytes,
    long? WireBytes,
    long? ReplayedMessages,
    WhereTheTimeGoes Time,
    long Published,
    long Applied,
    long Lost,
    long Duplicated,
    long Reordered,
    long EffectsMissing,
    long EffectsRepeated,
    bool StateDigestMatches,
    double MaxReceiptGapMs,
    double MaxLatencyMs,
    bool Verified,
    bool HandoffVerified,
    bool Exact,
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> Leftovers)
{
    /// <summary>Connections of its clients; absent for a consumer, to which nobody keeps one.</summary>
    public int? ConnectionsBroken { get; init; }

    public static DemoReport Of(
        DemoOptions options, MigrationRecord migration, Verdict verdict, IReadOnlyList<string> leftovers)
    {
        var view = migration.View;
        var exact = verdict is
        {
            Exact: true, Lost: 0, Duplicated: 0, Reordered: 0, EffectsMissing: 0, EffectsRepeated: 0,
        };
        var verified = view.Verified && exact;
        IReadOnlyList<string> left = [.. leftovers.Concat(view.Leftovers ?? []).Distinct()];
        return new DemoReport(
            view.MigrationId,
            view.Phase,
            view.IsCompleted && verified && left.Count == 0,
            view.Reason,
            view.SourceNode,
            view.TargetNode,
            view.Strategy,
            view.Transfer,
            options.Load.Rate,
            options.Load.Publishers,
            options.Load.WorkMs,
            options.Load.StateMb,
            view.Phases ?? [],
            view.TotalMs,
            migration.RequestToEndMs,
            view.InterruptionMs,
            view.FrozenMs,
            view.CheckpointBytes,
            view.WireBytes,
            view.ReplayedMessages,
            WhereTheTimeGoes.Of(migration),
            verdict.Published,
            verdict.Applied,
            verdict.Lost,
            verdict.Duplicated,
            verdict.Reordered,
            verdict.EffectsMissing,
            verdict.EffectsRepeated,
            verdict.StateDigestMatches,
            verdict.MaxReceiptGapMs,
            verdict.MaxLatencyMs,
            verified,
            view.Verified,
            exact,
            [.. verdict.Problems],
            left);
    }
}
