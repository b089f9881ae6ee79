using System.Collections.Immutable;
using Ms2m.Migrations.Plans;

namespace Ms2m.Migrations;

/// <summary>Questions asked of the steps of a state.</summary>
internal static class StepTable
{
    public static bool IsRunning(this ImmutableSortedDictionary<string, StepProgress> steps, string step) =>
        steps.GetValueOrDefault(step) is { Status: StepStatus.Running };

    /// <summary>Whether the step needs nothing more.</summary>
    public static bool IsOver(this ImmutableSortedDictionary<string, StepProgress> steps, string step) =>
        steps.GetValueOrDefault(step) is { Status: StepStatus.Done or StepStatus.GivenUp };

    /// <summary>Whether an answer belongs to the newest attempt of the command that does this step.</summary>
    public static bool IsNewest(
        this ImmutableSortedDictionary<string, StepProgress> steps, ReversibleStep step, int attempt) =>
        step.AttemptOf is not { } command || steps.GetValueOrDefault(command)?.Attempt == attempt;

    /// <summary>Whether an answer of that attempt ends the step.</summary>
    public static bool Accepts(
        this ImmutableSortedDictionary<string, StepProgress> steps, string step, int attempt, StepLimits limits) =>
        steps.GetValueOrDefault(step) is not { } progress
        || (progress.Status is StepStatus.Running or StepStatus.Retrying
            && (!limits.StrictAttempt || progress.Attempt == attempt));
}
