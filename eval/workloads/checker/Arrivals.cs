namespace Ms2m.Checker;

/// <summary>When receipts came.</summary>
public static class Arrivals
{
    /// <summary>The longest time between two receipts that follow each other; 0 for fewer than two.</summary>
    public static double LongestGapMs(IEnumerable<Receipt> receipts)
    {
        var (longest, before) = (0.0, (DateTimeOffset?)null);
        foreach (var at in receipts.Select(r => r.ArrivedAt).Order())
        {
            longest = before is { } b ? Math.Max(longest, (at - b).TotalMilliseconds) : 0;
            before = at;
        }
        return longest;
    }
}
