using Ms2m.Contracts;

namespace Ms2m.Cli.Api;

/// <summary>What would become of a migration, as the engine says it.</summary>
public sealed record ForecastView(
    string Workload,
    string TargetNode,
    string? SourceNode,
    bool Accepted,
    Failure? Reason,
    string? Strategy,
    string? StrategyReason,
    IReadOnlyList<PreCheckVerdict>? Verdicts,
    IReadOnlyList<ForecastStageView>? Stages,
    ForecastTimesView? Predicted);

/// <summary>Steps that run together.</summary>
public sealed record ForecastStageView(IReadOnlyList<string> Steps, bool StopsSource, bool AfterCommit);

/// <summary>Medians of past migrations.</summary>
public sealed record ForecastTimesView(
    int From, double TotalMs, double? InterruptionMs, double? FrozenMs, double? CheckpointBytes, double? WireBytes);
