using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.Migrations.Plans;

namespace Ms2m.Migrations.Views;

/// <summary>What would happen if a migration were begun now: nothing of it is stored or sent.</summary>
/// <param name="Reason">Why it would be refused; absent where it would begin.</param>
/// <param name="Stages">The steps up to the commit point and after it; those of one stage run together.</param>
/// <param name="Predicted">From past migrations of the workload by the same strategy and transfer; absent where there are
/// none.</param>
public sealed record Forecast(
    string Workload, string TargetNode, string? SourceNode, bool Accepted, Failure? Reason, string? Strategy, string? StrategyReason,
    TransferOptions Transfer, IReadOnlyList<PreCheckVerdict> Verdicts, IReadOnlyList<ForecastStage> Stages, ForecastTimes? Predicted)
{
    /// <param name="start">What is asked for.</param>
    /// <param name="first">The event that would begin, or refuse, it.</param>
    /// <param name="past">Migrations of the workload that were completed.</param>
    public static Forecast Of(StartMigration start, IMigrationMessage first, IReadOnlyList<MigrationView> past) => first switch
    {
        MigrationRequested requested => new(
            start.Workload, start.TargetNode, requested.SourceNode, true, null, requested.Strategy, requested.StrategyReason,
            requested.Transfer, requested.Verdicts, StagesOf(PlanCatalogue.Find(requested)!),
            ForecastTimes.Of([.. past.Where(one => one.Strategy == requested.Strategy && (one.Transfer ?? TransferMode.Direct) == requested.Transfer.Mode
                && one.PostCopy == requested.PostCopy)])),
        MigrationRejected rejected => new(
            start.Workload, start.TargetNode, null, false, rejected.Reason, null, null, start.Transfer ?? new(), rejected.Verdicts, [], null),
        _ => throw new ArgumentException($"No migration begins with {first.GetType().Name}.", nameof(first)),
    };

    private static ImmutableArray<ForecastStage> StagesOf(Plan plan) =>
    [
        .. plan.Before.Select(stage => new ForecastStage(
            [.. stage.Select(step => step.Name)], stage.Any(step => step.StopsSource), false)),
        .. plan.After.Select(stage => new ForecastStage([.. stage.Select(step => step.Name)], false, true)),
    ];
}

/// <summary>Steps that run together.</summary>
/// <param name="StopsSource">Whether nobody serves from here on until the target does.</param>
/// <param name="AfterCommit">Whether there is no way back any more.</param>
public sealed record ForecastStage(IReadOnlyList<string> Steps, bool StopsSource, bool AfterCommit);

/// <summary>Medians, in milliseconds and bytes, of past migrations.</summary>
/// <param name="From">Of how many.</param>
public sealed record ForecastTimes(
    int From, double TotalMs, double? InterruptionMs, double? FrozenMs, double? CheckpointBytes, double? WireBytes)
{
    public static ForecastTimes? Of(IReadOnlyList<MigrationView> past) => past.Count == 0 ? null : new(
        past.Count,
        Median(past.Select(one => (double?)one.TotalMs))!.Value,
        Median(past.Select(one => one.InterruptionMs)),
        Median(past.Select(one => one.FrozenMs)),
        Median(past.Select(one => (double?)one.CheckpointBytes)),
        Median(past.Select(one => (double?)one.WireBytes)));

    private static double? Median(IEnumerable<double?> values) =>
        values.OfType<double>().Order().ToArray() is { Length: > 0 } sorted ? sorted[sorted.Length / 2] : null;
}
