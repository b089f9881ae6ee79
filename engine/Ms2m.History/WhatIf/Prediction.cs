using System.Text.Json.Serialization;
using Ms2m.Contracts;
using Ms2m.History.Timelines;
using Ms2m.Migrations;

namespace Ms2m.History.WhatIf;

/// <summary>What a migration was, and what it would have been under another policy.</summary>
/// <param name="Faithful">Whether today's rule, asked anew under the policy that the migration had, decides as the engine did then.
/// Where it does not, another version decided, and the prediction is about today's rule.</param>
/// <param name="Was">What happened.</param>
/// <param name="Would">What would have happened.</param>
/// <param name="NotJudged">What the given policy names and the prediction leaves out.</param>
/// <param name="Sentence">All of it, for a person.</param>
public sealed record Prediction(
    Guid MigrationId, CutoverPolicy Had, CutoverPolicy Given, bool Faithful, Handover Was, Handover Would, IReadOnlyList<string> NotJudged,
    string Sentence)
{
    private static readonly string Overloaded = Failures.Overloaded(0, 0).Code;

    /// <returns>Null for a migration whose replay the engine never judged.</returns>
    /// <param name="notJudged">As <see cref="PolicyFile.NotJudged"/>.</param>
    public static Prediction? Of(MigrationHistory history, CutoverPolicy given, params IReadOnlyList<string> notJudged)
    {
        var judged = CutoverReplay.Judgements(history).ToArray();
        if (judged.Length == 0 || history.Request is not { } request)
        {
            return null;
        }

        var own = CutoverReplay.FirstDecision(history, request.Policy);
        var was = Actual(history, own?.Decision);
        var faithful = own?.Decision == was.Decision && (own is not { } one || was.DecidedMs == history.Events[one.Index].SinceMs);
        var would = Judge(history, judged, was, given);
        return new Prediction(
            history.Id, request.Policy, given, faithful, was, would, notJudged, PredictionText.Of(was, would, faithful, notJudged));
    }

    private static Handover Judge(
        MigrationHistory history, (int Index, Facts Known)[] judged, Handover was, CutoverPolicy given)
    {
        if (CutoverReplay.FirstDecision(history, given) is var (index, decision))
        {
            var service = ServiceMs(judged.First(one => one.Index == index).Known) is > 0 and var then ? then : ServiceMs(judged[^1].Known);
            return Outcome(was, given, decision, history.Events[index].SinceMs, service, Certainty.Measured);
        }

        var (last, known) = judged[^1];
        return Extrapolation.Decide(known, given) is var (later, afterMs)
            ? Outcome(was, given, later, history.Events[last].SinceMs + afterMs, ServiceMs(known), Certainty.Extrapolated)
            : new Handover(null, null, null, null, null, HandoverOutcome.Unknown, Certainty.Unknown);
    }

    private static Handover Outcome(
        Handover was, CutoverPolicy given, CutoverDecided decision, double decidedMs, double serviceMs, Certainty certainty)
    {
        if (decision.Reason != CutoverReason.LagIsSmall && given.OnOverload == OverloadAction.RollBack)
        {
            return new Handover(decision, decidedMs, null, null, null, HandoverOutcome.RollsBack, certainty);
        }

        // What the handover costs was measured in this very migration, where it came to one.
        var cost = was.HandoverMs ?? Cutover.HandoverMs;
        var interruption = (decision.LagEntries * serviceMs) + cost;
        double? total = was is { TotalMs: { } took, DecidedMs: { } then, InterruptionMs: { } paused }
            ? Math.Max(0, took + decidedMs - then + interruption - paused)
            : null;
        return new Handover(decision, decidedMs, interruption, total, cost, HandoverOutcome.CutsOver, certainty);
    }

    // 0 before the first message was replayed.
    private static double ServiceMs(Facts facts) => facts.Replay is [.., var report] ? report.ServiceMs : 0;

    private static Handover Actual(MigrationHistory history, CutoverDecided? own)
    {
        var view = history.View();
        // What rolls back for overload is the same judgement; its reason is recorded, its lag only in words.
        if (history.Events.FirstOrDefault(one => one.Data is RollbackStarted back && back.Reason.Code == Overloaded) is { } overloaded)
        {
            return new Handover(
                own, overloaded.SinceMs, null, history.Ended ? history.TotalMs : null, null, HandoverOutcome.RollsBack, Certainty.Measured);
        }

        var decided = history.Events.FirstOrDefault(one => one.Data is CutoverDecided);
        var decision = decided?.Data as CutoverDecided;
        var service = decided is { After: MigrationState.Moving { Facts: var facts } } ? ServiceMs(facts) : 0;
        double? cost = decision is not null && view.InterruptionMs is { } paused
            ? Math.Max(0, paused - (decision.LagEntries * service))
            : null;
        return new Handover(
            decision,
            decided?.SinceMs,
            decision is null ? null : view.InterruptionMs,
            history.Ended ? history.TotalMs : null,
            cost,
            decision is not null ? HandoverOutcome.CutsOver
                : history.Events.Any(one => one.Data is RollbackStarted) ? HandoverOutcome.RollsBack
                : HandoverOutcome.Unknown,
            Certainty.Measured);
    }
}

/// <summary>How a replay comes to its end.</summary>
/// <param name="Decision">Why, and with which lag.</param>
/// <param name="DecidedMs">Since the migration's first event.</param>
/// <param name="HandoverMs">What the handover costs beside draining the lag.</param>
public sealed record Handover(
    CutoverDecided? Decision, double? DecidedMs, double? InterruptionMs, double? TotalMs, double? HandoverMs,
    HandoverOutcome Outcome, Certainty Certainty);

[JsonConverter(typeof(JsonStringEnumConverter<HandoverOutcome>))]
public enum HandoverOutcome
{
    CutsOver,
    RollsBack,

    /// <summary>Neither is known.</summary>
    Unknown,
}

[JsonConverter(typeof(JsonStringEnumConverter<Certainty>))]
public enum Certainty
{
    /// <summary>Decided upon reports that the shadow really sent.</summary>
    Measured,

    /// <summary>The recording ends before: its rates are taken to stay as they were.</summary>
    Extrapolated,

    /// <summary>The recording holds no rate to go on with.</summary>
    Unknown,
}
