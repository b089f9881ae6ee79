using System.Collections.Immutable;
using Ms2m.History.Timelines;
using Ms2m.Migrations.Views;

namespace Ms2m.History.Explaining;

/// <summary>One step of the critical path.</summary>
/// <param name="Name">The step's, or what was waited for instead.</param>
/// <param name="Party">Who had it.</param>
/// <param name="Ms">Its part of the critical path.</param>
/// <param name="Share">Of the total, 0 to 1.</param>
/// <param name="StepMs">How long it took in all, from its first attempt to its end; more than <paramref name="Ms"/> where something
/// else was waited for meanwhile.</param>
/// <param name="MedianMs">What that usually is.</param>
/// <param name="Ratio">To the median; null without one.</param>
public sealed record PathStep(
    string Name,
    int Attempt,
    string Party,
    double FromMs,
    double Ms,
    double Share,
    double? StepMs,
    double? MedianMs,
    double? Ratio,
    ImmutableArray<PathSegment> Segments)
{
    internal static ImmutableArray<PathStep> Of(ImmutableArray<PathSegment> path, MigrationView view, IMedians medians)
    {
        var total = path.Sum(segment => segment.Ms);
        var steps = ImmutableArray.CreateBuilder<PathStep>();
        for (var i = 0; i < path.Length;)
        {
            var (first, end) = (path[i], i + 1);
            while (end < path.Length && path[end].Step == first.Step && path[end].Attempt == first.Attempt
                && (first.Step is not null || path[end].WaitingOn == first.WaitingOn))
            {
                end++;
            }

            var segments = path[i..end];
            var ms = segments.Sum(segment => segment.Ms);
            var took = view.Steps.FirstOrDefault(step => step.Name == first.Step)?.Ms;
            var median = first.Step is null ? null : medians.StepMs(first.Step);
            // The engine has a share in every step: whose step it is the others say.
            var party = segments.Select(segment => segment.Party).FirstOrDefault(one => one.Kind != PartyKind.Engine) ?? first.Party;
            steps.Add(new PathStep(
                first.Step ?? Durations.Words(first.WaitingOn), first.Attempt, party.Name, first.FromMs, ms, Explanation.Share(ms, total),
                took, median, took is { } one && median > 0 ? one / median : null, segments));
            i = end;
        }

        return steps.ToImmutable();
    }
}
