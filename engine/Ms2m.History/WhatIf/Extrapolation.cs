using Ms2m.Contracts;
using Ms2m.Migrations;

namespace Ms2m.History.WhatIf;

/// <summary>Goes on with a replay that was cut over before another policy would have decided: with the rates that were measured,
/// in reports as the shadow sends them.</summary>
internal static class Extrapolation
{
    /// <summary>How often the shadow reports, in milliseconds: often at first.</summary>
    private static double NextReport(double elapsedMs) => elapsedMs < 10_000 ? 50 : 250;

    /// <summary>No policy lets a shadow follow for longer than this; the rates of so short a recording say nothing about it.</summary>
    private const double HorizonMs = 24 * 3_600_000.0;

    /// <returns>What would have been decided, and how long after the last report; null where no rate was measured.</returns>
    public static (CutoverDecided Decision, double LaterMs)? Decide(Facts last, CutoverPolicy policy)
    {
        if (last.Replay is not [var first, .., var latest] || latest.ServiceMs <= 0 || latest.ElapsedMs <= first.ElapsedMs)
        {
            return null;
        }

        var sourceRate = (latest.Position + latest.LagEntries - first.Position - first.LagEntries) / (latest.ElapsedMs - first.ElapsedMs);
        var shadowRate = 1 / latest.ServiceMs;
        var (elapsed, lag, applied) = (latest.ElapsedMs, (double)latest.LagEntries, (double)latest.Position);
        var facts = last.Under(policy);
        while (elapsed < HorizonMs)
        {
            var step = NextReport(elapsed);
            var replayed = Math.Min(lag + (sourceRate * step), shadowRate * step);
            elapsed += step;
            applied += replayed;
            lag = Math.Max(0, lag + (sourceRate * step) - replayed);
            var report = latest with { ElapsedMs = elapsed, Position = (long)applied, LagEntries = (long)Math.Ceiling(lag - 1e-9) };
            facts = facts with { Replay = facts.Replay.Length < Facts.ReplayWindow ? facts.Replay.Add(report) : facts.Replay.RemoveAt(0).Add(report) };
            if (Cutover.Decide(facts) is { } decided)
            {
                return (decided, elapsed - latest.ElapsedMs);
            }
        }

        return null;
    }
}
