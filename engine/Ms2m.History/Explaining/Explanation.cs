using System.Collections.Immutable;
using System.Globalization;
using Ms2m.History.Timelines;
using Ms2m.Migrations;

namespace Ms2m.History.Explaining;

/// <summary>Why a migration took as long as it took.</summary>
/// <param name="Sentence">The most important of it.</param>
/// <param name="ComparedWith">Of how many migrations the medians are.</param>
/// <param name="Steps">The critical path, step by step; the parts of each are its segments.</param>
/// <param name="Coarse">Whether the log lacks the times on the messages' ways, so that command, work and answer cannot be told
/// apart.</param>
public sealed record Explanation(
    Guid MigrationId,
    string Sentence,
    string? Workload,
    string? Strategy,
    Phase Phase,
    bool Finished,
    double TotalMs,
    double? MedianTotalMs,
    int ComparedWith,
    bool Coarse,
    ImmutableArray<PathStep> Steps,
    ImmutableArray<PhaseShare> Phases,
    ImmutableArray<WaitShare> WaitingOn)
{
    public static Explanation Of(MigrationHistory history, IMedians medians, bool splitHops = false)
    {
        var view = history.View();
        var path = CriticalPath.Of(history, splitHops);
        var steps = PathStep.Of(path, view, medians);
        var phases = view.Phases.GroupBy(phase => phase.Name).Select(group => new PhaseShare(
            group.Key, group.Sum(one => one.Ms), medians.PhaseMs(group.Key)));
        return new Explanation(
            history.Id,
            SentenceOf(history.TotalMs, steps),
            view.Workload,
            view.Strategy,
            view.Phase,
            history.Ended,
            history.TotalMs,
            medians.TotalMs,
            medians.Count,
            path.Any(segment => segment.WaitingOn == Explaining.WaitingOn.CommandWorkAndAnswer),
            steps,
            [.. phases],
            [.. path.GroupBy(segment => segment.WaitingOn)
                .Select(group => new WaitShare(group.Key, group.Sum(one => one.Ms), Share(group.Sum(one => one.Ms), history.TotalMs)))
                .OrderByDescending(share => share.Ms)]);
    }

    internal static double Share(double ms, double total) => total > 0 ? ms / total : 0;

    private static string SentenceOf(double total, ImmutableArray<PathStep> steps)
    {
        if (steps.IsEmpty)
        {
            return "It ended where it began: nothing was waited for.";
        }

        var most = steps.MaxBy(step => step.Ms)!;
        var median = most.Ratio is { } ratio
            ? string.Create(CultureInfo.InvariantCulture, $"; {ratio:0.0} times its median")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Durations.Text(total)}; the most, {Durations.Text(most.Ms)} ({most.Share:0 %}), was {most.Name} on {most.Party}{median}.");
    }
}

/// <summary>How long a phase took, and usually takes.</summary>
public sealed record PhaseShare(Phase Phase, double Ms, double? MedianMs);

/// <summary>How much of the total went into one kind of waiting.</summary>
public sealed record WaitShare(WaitingOn WaitingOn, double Ms, double Share);
