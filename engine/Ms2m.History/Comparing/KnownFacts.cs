using System.Collections.Immutable;
using System.Globalization;
using Ms2m.Contracts;
using Ms2m.Migrations;

namespace Ms2m.History.Comparing;

/// <summary>What a state knows, by name and as text.</summary>
internal static class KnownFacts
{
    public static ImmutableSortedDictionary<string, string> Of(MigrationState state)
    {
        var known = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        void Say(string name, object? value)
        {
            if (value is not null and not false)
            {
                known[name] = value is true ? "yes" : string.Create(CultureInfo.InvariantCulture, $"{value}");
            }
        }

        if (Migration.FactsOf(state) is { } facts)
        {
            Say("workload", facts.Request.Spec.Name);
            Say("source", $"{facts.Request.SourceInstance} on {facts.Request.SourceNode}, epoch {facts.Request.SourceEpoch}");
            Say("target", facts.Request.TargetNode);
            Say("shadow", facts.ShadowInstance);
            Say("strategy", facts.Request.Strategy);
            Say("policy", Policy(facts.Request.Policy));
            Say("transferUrl", facts.TransferUrl);
            Say("checkpointDigest", facts.Digest);
            Say("sourceExited", facts.SourceExited);
            Say("shadowExited", facts.ShadowExited);
            Say("shadowBroken", facts.ShadowBroken);
            Say("sourceLost", facts.SourceLost?.Message);
            Say("journalClosedAt", facts.Closed?.LastOrdinal);
            Say("caughtUpAt", facts.CaughtUp?.LastOrdinal);
            Say("predictedInterruptionMs", facts.PredictedInterruptionMs > 0 ? Math.Round(facts.PredictedInterruptionMs, 1) : null);
            if (facts.Replay is [.., var latest])
            {
                Say("replayPosition", latest.Position);
                Say("replayLag", latest.LagEntries);
                Say("replayServiceMs", Math.Round(latest.ServiceMs, 2));
            }
        }

        switch (state)
        {
            case MigrationState.Committed committed:
                Say("committedEpoch", committed.Epoch);
                break;
            case MigrationState.RollingBack back:
                Say("reason", back.Reason.Message);
                Say("cancelled", back.Cancelled);
                Say("sourceStopped", back.SourceStopped);
                Say("stepsToUndo", string.Join(", ", back.ToUndo));
                Say("mayStillGoForward", back.Way is not null);
                break;
            case MigrationState.Ended ended:
                Say("outcome", ended.Outcome);
                Say("reason", ended.Reason?.Message);
                Say("keptOnPurpose", ended.Kept);
                break;
        }

        return known.ToImmutable();
    }

    private static string Policy(CutoverPolicy policy) => string.Create(
        CultureInfo.InvariantCulture,
        $"interruption ≤ {policy.MaxInterruptionMs} ms, replay ≤ {policy.MaxReplayMs} ms, overload: {policy.OnOverload}, silence: {policy.OnSourceSilent}");
}
