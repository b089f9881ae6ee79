using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Ms2m.Contracts;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Bench;

/// <summary>One migration of a benchmark.</summary>
/// <param name="ReceiptGapMs">Longest silence of the workload's effects while it moved, seen by the checker.</param>
internal sealed record MeasuredMigration(
    Guid MigrationId,
    string Outcome,
    Failure? Reason,
    string? SourceNode,
    string? TargetNode,
    string? Strategy,
    string? Transfer,
    bool HandoffVerified,
    double TotalMs,
    double RequestToEndMs,
    double? InterruptionMs,
    double? FrozenMs,
    double ReceiptGapMs,
    long? CheckpointBytes,
    long? WireBytes,
    long? ReplayedMessages,
    WhereTheTimeGoes Time,
    IReadOnlyList<PhaseView> Phases,
    IReadOnlyList<StepView> Steps)
{
    public static MeasuredMigration Of(MigrationRecord migration, double receiptGapMs)
    {
        var view = migration.View;
        return new MeasuredMigration(
            view.MigrationId,
            view.Phase,
            view.Reason,
            view.SourceNode,
            view.TargetNode,
            view.Strategy,
            view.Transfer,
            view.Verified,
            view.TotalMs,
            migration.RequestToEndMs,
            view.InterruptionMs,
            view.FrozenMs,
            receiptGapMs,
            view.CheckpointBytes,
            view.WireBytes,
            view.ReplayedMessages,
            WhereTheTimeGoes.Of(migration),
            view.Phases ?? [],
            view.Steps ?? []);
    }

    public static string Line(MigrationRecord migration, double receiptGapMs)
    {
        var view = migration.View;
        var interruption = view.InterruptionMs is { } ms ? $", interruption {Human.Duration(ms)}" : "";
        var reason = view.Reason is { } failure ? $" ({failure.Message})" : "";
        return $"{view.SourceNode} → {view.TargetNode} {view.Phase} in {Human.Duration(view.TotalMs)}{interruption}, "
            + $"receipts silent for {Human.Duration(receiptGapMs)}{reason}";
    }
}
