using System.Globalization;
using Ms2m.Contracts;
using Ms2m.History.Explaining;

namespace Ms2m.History.WhatIf;

/// <summary>A prediction as a person says it.</summary>
internal static class PredictionText
{
    public static string Of(Handover was, Handover would, bool faithful, IReadOnlyList<string> notJudged)
    {
        var past = was is { Decision: { } judged, Outcome: HandoverOutcome.RollsBack }
            ? $"It was rolled back {Durations.Text(was.DecidedMs ?? 0)} after its start ({Reason(judged)})"
            : was.Decision is { } decided
            ? $"It cut over {Durations.Text(was.DecidedMs ?? 0)} after its start ({Reason(decided)})"
                + (was.InterruptionMs is { } paused ? $" and was interrupted for {Durations.Text(paused)}" : "")
            : was.Outcome == HandoverOutcome.RollsBack ? "It was rolled back before a cutover" : "It never came to a cutover";
        var other = would.Outcome switch
        {
            HandoverOutcome.CutsOver => $"it would have cut over after {Durations.Text(would.DecidedMs ?? 0)} ({Reason(would.Decision!)})"
                + $" and been interrupted for about {Durations.Text(would.InterruptionMs ?? 0)}"
                + (would.TotalMs is { } total ? $", {Durations.Text(total)} in all" : ""),
            HandoverOutcome.RollsBack => $"it would have been rolled back after {Durations.Text(would.DecidedMs ?? 0)} ({Reason(would.Decision!)})",
            _ => "nobody can say: the recording ends before a decision and holds no rate to go on with",
        };
        var certainty = would.Certainty switch
        {
            Certainty.Measured => " Measured: the reports it would have been decided upon are in the log.",
            Certainty.Extrapolated => " Extrapolated: the log ends before, and its rates are taken to stay as they were.",
            _ => "",
        };
        var version = faithful ? "" : " Beware: today's rule, under its own policy, does not decide as the engine did then; another version, or something from outside, ended its replay.";
        var silent = notJudged.Count == 0 ? "" : $" Not judged: {string.Join(", ", notJudged)}; no recording tells what a source that did answer would have done had it been silent.";
        return $"{past}; under the given policy {other}.{certainty}{silent}{version}";
    }

    private static string Reason(CutoverDecided decided) => string.Create(
        CultureInfo.InvariantCulture,
        $"{decided.Reason switch
        {
            CutoverReason.LagIsSmall => "the lag was small",
            CutoverReason.LagDoesNotShrink => "the lag did not shrink",
            _ => "the replay had lasted too long",
        }}, lag {decided.LagEntries}");
}
