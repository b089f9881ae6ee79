namespace Ms2m.Eval.Bench.Ways;

/// <summary>What a row showed. Times in milliseconds, medians of the measured migrations; counts over all, the first
/// included.</summary>
/// <param name="FirstWireBytes">Of the migration before the measured ones: nothing of it was known to the target.</param>
internal sealed record WayResult(
    string Strategy, string Transfer, string Workload, string Link, DateTimeOffset At, int Runs, int Completed,
    double? TotalMs, double? GapMs, double? LongestGapMs, double? FrozenMs, double? CheckpointBytes, double? WireBytes, double? FirstWireBytes,
    int ConnectionsBroken, long Lost, long Duplicated, IReadOnlyList<string> Problems)
{
    public string Name => $"{Strategy} × {Transfer} × {Workload} × {Link}";

    public static WayResult Of(Way way, IReadOnlyList<OneMove> moves, UsersVerdict verdict)
    {
        var measured = moves.Skip(1).Where(one => one.Outcome == "Completed").ToList();
        return new WayResult(
            way.Strategy, way.TransferWord, way.Workload, way.Link, TimeProvider.System.GetUtcNow(), moves.Count - 1,
            measured.Count,
            Statistics.Of(measured.Select(one => one.TotalMs))?.Median,
            Statistics.Of(measured.Select(one => one.GapMs))?.Median,
            Statistics.Of(measured.Select(one => one.GapMs))?.Max,
            Statistics.Of(measured.Select(one => one.FrozenMs).OfType<double>())?.Median,
            Statistics.Of(measured.Select(one => (double?)one.CheckpointBytes).OfType<double>())?.Median,
            Statistics.Of(measured.Select(one => (double?)one.WireBytes).OfType<double>())?.Median,
            moves[0].WireBytes,
            verdict.ConnectionsBroken, verdict.Lost, verdict.Duplicated,
            [.. moves.Where(one => one.Outcome != "Completed").Select(one => $"{one.Outcome}: {one.Reason}").Concat(verdict.Problems).Distinct()]);
    }

    public static WayResult Failed(Way way, string why) => new(
        way.Strategy, way.TransferWord, way.Workload, way.Link, TimeProvider.System.GetUtcNow(), 0, 0,
        null, null, null, null, null, null, null, 0, 0, 0, [why]);
}
