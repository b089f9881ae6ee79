using System.Globalization;
using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Volumes;

/// <summary>What a container's volumes held when it stood still. It travels as a file of the checkpoint, and so the
/// checkpoint's digest, on which both sides and the restore must agree, names the volumes too.</summary>
/// <param name="Digests">By the place where a volume is mounted.</param>
internal sealed record VolumeSheet(IReadOnlyDictionary<string, string> Digests)
{
    public const string FileName = "volumes.json";
}

/// <summary>Begins a channel for one volume: the source says which, the target whether.</summary>
/// <param name="Destination">Where it is mounted.</param>
/// <param name="Bytes">What it takes at the source.</param>
internal sealed record VolumeRequest(string Destination, long Bytes);

/// <param name="Refusal">Null when rsync may begin.</param>
internal sealed record VolumeAnswer(Trouble? Refusal);

/// <summary>When rounds of copying volumes ahead no longer pay.</summary>
internal static class VolumeRoundRules
{
    /// <summary>Goes over in less than a standstill lasts anyway.</summary>
    private const long Little = 1 << 20;

    private const double Shrinks = 0.9;

    /// <summary>A workload that always writes is not waited for.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>Why no further round follows; null when one does.</summary>
    public static string? WhyStop(IReadOnlyList<VolumeRound> rounds, int maxRounds)
    {
        if (rounds.Count >= maxRounds)
            return string.Create(CultureInfo.InvariantCulture, $"{maxRounds} rounds were allowed");
        if (rounds.Count == 0)
            return null;
        var last = rounds[^1];
        if (last.WireBytes < Little)
            return "less than a megabyte was left";
        if (rounds.Count > 1 && last.WireBytes > rounds[^2].WireBytes * Shrinks)
            return "what was left did not shrink by a tenth any more";
        // The first brings all there is, and may take as long as that takes.
        return rounds.Skip(1).Sum(round => round.Ms) > Longest.TotalMilliseconds ? "the rounds took 2 minutes" : null;
    }
}
