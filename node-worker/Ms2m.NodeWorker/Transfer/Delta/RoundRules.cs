using System.Globalization;
using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>When rounds of copying memory ahead no longer pay. After P.Haul: few pages are left, they do not become fewer,
/// or there were enough rounds.</summary>
internal static class RoundRules
{
    private const long FewPages = 64;

    /// <summary>What is left goes over in less than a standstill lasts anyway.</summary>
    private const double AtOnceMs = 100;

    private const double Shrinks = 0.9;

    /// <summary>The plan that waits for the rounds has a deadline, and what was sent first grows old.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>Why no further round follows; null when one does.</summary>
    public static string? WhyStop(IReadOnlyList<PreCopyRound> rounds, int maxRounds)
    {
        if (rounds.Count >= maxRounds)
            return Text($"{maxRounds} rounds were allowed");
        if (rounds.Count == 0)
            return null;
        var last = rounds[^1];
        if (last.WireBytes < FewPages * Page.Length)
            return Text($"fewer than {FewPages} pages were left");
        if (last.Ms < AtOnceMs)
            return Text($"what was left went over in {last.Ms:0} ms");
        if (rounds.Count > 1 && last.WireBytes > rounds[^2].WireBytes * Shrinks)
            return "what was left did not shrink by a tenth any more";
        return rounds.Sum(r => r.Ms) > Longest.TotalMilliseconds
            ? Text($"the rounds took {Longest.TotalMinutes:0} minutes")
            : null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
