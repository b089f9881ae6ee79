using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>Decides from measured rates when the source shall stop. No queue has to become empty.</summary>
public static class Cutover
{
    /// <summary>What a handover costs besides draining the lag: quiesce, close, verify, promote, first consume. Measured
    /// in the lab, where two nodes, broker, store and engine share two processors; see `ms2m bench migration`.</summary>
    public const double HandoverMs = 80;

    /// <summary>Reports must span this long before "the lag does not shrink" may be said of them.</summary>
    public const double JudgementMs = 400;

    /// <summary>Below this surplus of the shadow's rate over the source's the lag counts as not shrinking.</summary>
    private const double Surplus = 0.03;

    /// <summary>The decision, or null to go on following.</summary>
    public static CutoverDecided? Decide(Facts facts)
    {
        if (facts.Replay is not [var first, .., var latest])
        {
            return null;
        }

        var policy = facts.Request.Policy;
        var predicted = (latest.LagEntries * latest.ServiceMs) + HandoverMs;
        CutoverDecided Because(CutoverReason reason) => new(facts.Id, reason, latest.LagEntries, predicted);

        // Before the first message was replayed nobody knows what one takes.
        if (latest.LagEntries <= 1 || (latest.ServiceMs > 0 && predicted <= policy.MaxInterruptionMs))
        {
            return Because(CutoverReason.LagIsSmall);
        }

        if (latest.ElapsedMs >= policy.MaxReplayMs)
        {
            return Because(CutoverReason.ReplayTooLong);
        }

        var span = latest.ElapsedMs - first.ElapsedMs;
        if (span < JudgementMs || latest.ServiceMs <= 0)
        {
            return null;
        }

        var sourceRate = (latest.Position + latest.LagEntries - first.Position - first.LagEntries) / span;
        var shadowRate = 1 / latest.ServiceMs;
        var surplus = shadowRate - sourceRate;
        var allowedLag = Math.Max(1, (policy.MaxInterruptionMs - HandoverMs) / latest.ServiceMs);
        var remainingMs = policy.MaxReplayMs - latest.ElapsedMs;
        return surplus < Surplus * shadowRate || (latest.LagEntries - allowedLag) / surplus > remainingMs
            ? Because(CutoverReason.LagDoesNotShrink)
            : null;
    }
}
