namespace Ms2m.Clients;

/// <summary>What a client of a workload has seen.</summary>
/// <param name="ConnectionsBroken">Connections that were reset, closed or no longer answered.</param>
/// <param name="Lost">Confirmed by the workload, and not there afterwards.</param>
/// <param name="Duplicated">Asked for once, and there more than once.</param>
/// <param name="Requests">Answered requests, or delivered messages.</param>
/// <param name="LongestGapMs">Longest time from one answer to the next.</param>
public sealed record ClientReport(int ConnectionsBroken, long Lost, long Duplicated, long Requests, double LongestGapMs)
{
    /// <summary>Sentences about what was wrong, for people; the first few.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>When the longest gap began.</summary>
    public DateTimeOffset LongestGapFrom { get; init; }

    public bool IsFlawless => ConnectionsBroken == 0 && Lost == 0 && Duplicated == 0 && Problems.Count == 0;
}
