using Ms2m.Contracts;
using Ms2m.History.Timelines;

namespace Ms2m.History.Explaining;

/// <summary>Splits the time between two decisions into what was waited for in it. The clocks of engine and workers need not
/// agree: each contributes only differences of its own.</summary>
internal static class HopSplit
{
    /// <summary>The engine reads its two clocks one after the other. What is smaller lies between two readings.</summary>
    private const double BetweenReadingsMs = 1;

    public static IEnumerable<PathSegment> Of(MigrationHistory history, PathLink link, bool splitHops)
    {
        var (begun, ended) = (history.Events[link.Begun], history.Events[link.To]);
        var from = history.Events[link.From].SinceMs;
        foreach (var (kind, ms, note) in Parts(link, begun, ended, ended.SinceMs - from, splitHops))
        {
            if (ms <= 0)
            {
                continue;
            }

            yield return new PathSegment(link.Step, link.Attempt, PartyOf(kind, link), begun.Phase, kind, from, ms, note);
            from += ms;
        }
    }

    private static Party PartyOf(WaitingOn kind, PathLink link) =>
        kind is WaitingOn.StoreCommit or WaitingOn.Engine ? Party.Engine : link.Party;

    private static IEnumerable<(WaitingOn Kind, double Ms, string? Note)> Parts(
        PathLink link, HistoryEvent begun, HistoryEvent ended, double total, bool splitHops)
    {
        var left = total;
        double Take(double wanted)
        {
            var taken = Math.Clamp(wanted, 0, left);
            left -= taken;
            return taken;
        }

        if (link.WaitingOn is WaitingOn.RetryPause or WaitingOn.Silence or WaitingOn.Turn or WaitingOn.Unknown)
        {
            return [(link.WaitingOn, total, null)];
        }

        var engine = ended.Facts.Arrived is { } arrived ? Take((ended.Recorded.Timestamp - arrived).TotalMilliseconds) : 0;
        if (ended.Facts is not { Asked: { } asked, Received: { } received, Sent: { } sent, Arrived: { } back }
            || link.WaitingOn == WaitingOn.Replay)
        {
            // Nobody asked: when the work for it began is not known, and so the way of the report is not.
            var timed = ended.Facts.Arrived is not null;
            return [.. Content(link, ended, left, timed, timed ? "with the report's way" : null), (WaitingOn.Engine, engine, null)];
        }

        var commit = (asked - begun.Recorded.Timestamp).TotalMilliseconds;
        if (commit < 0)
        {
            // The command that does this step was given before: what its way and its beginning took is not in here.
            return [.. Content(link, ended, left, timed: true, "with the answer's way"), (WaitingOn.Engine, engine, null)];
        }

        commit = Take(commit);
        var work = Take((sent - received).TotalMilliseconds);
        var way = Take((back - asked).TotalMilliseconds - (sent - received).TotalMilliseconds);
        // The clocks of one engine can only differ from each other when one of them was set.
        var unknown = left < BetweenReadingsMs ? 0 : left;
        engine += left - unknown;
        return
        [
            (WaitingOn.StoreCommit, commit, null),
            (WaitingOn.BrokerHop, splitHops ? way / 2 : way, splitHops ? "out; as if out and back took the same time" : "out and back"),
            .. Content(link, ended, work, timed: true),
            (WaitingOn.BrokerHop, splitHops ? way / 2 : 0, "back; as if out and back took the same time"),
            (WaitingOn.Unknown, unknown, "a clock was set meanwhile"),
            (WaitingOn.Engine, engine, null),
        ];
    }

    // What whoever had the step says about its work. Without times on the way of the messages the rest is not only work.
    private static IEnumerable<(WaitingOn Kind, double Ms, string? Note)> Content(
        PathLink link, HistoryEvent ended, double ms, bool timed, string? note = null)
    {
        var left = ms;
        (WaitingOn, double, string?) Take(WaitingOn kind, double wanted)
        {
            var taken = Math.Clamp(wanted, 0, left);
            left -= taken;
            return (kind, taken, null);
        }

        if (link.WaitingOn == WaitingOn.Replay)
        {
            return [(WaitingOn.Replay, ms, null)];
        }

        (WaitingOn, double, string?)[] said = ended.Data switch
        {
            CheckpointTaken taken =>
            [
                Take(WaitingOn.Freeze, taken.FrozenMs ?? 0), Take(WaitingOn.Dump, taken.DumpMs - (taken.FrozenMs ?? 0)),
            ],
            TransferCompleted transfer => [Take(WaitingOn.Network, transfer.TransferMs)],
            ShadowReady ready => [Take(WaitingOn.Restore, ready.RestoreMs)],
            _ => [],
        };
        return [.. said, (timed ? WaitingOn.Work : WaitingOn.CommandWorkAndAnswer, left, note)];
    }
}
