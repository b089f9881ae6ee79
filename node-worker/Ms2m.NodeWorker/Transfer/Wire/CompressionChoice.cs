using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Transfer.Wire;

/// <summary>Whether the next block is compressed. Compressing and sending go on side by side, so a compressed byte costs
/// the longer of the two, a plain one only the sending.</summary>
internal static class CompressionChoice
{
    /// <summary>Less is within what the measurements vary by, and costs the workloads processor time for nothing.</summary>
    private const double WorthIt = 0.9;

    /// <summary>After so many plain blocks one is compressed to see whether the memory that comes now is easier.</summary>
    private const int LookAgainAfter = 32;

    public static bool Compresses(TransferCompression wanted, Measured seen) => wanted switch
    {
        TransferCompression.None => false,
        TransferCompression.Zstd => true,
        _ => Pays(seen),
    };

    private static bool Pays(Measured seen)
    {
        // Nothing is known yet: the first blocks are how it becomes known.
        if (seen is not { Link: { } link, Compressor: { } compressor, Ratio: { } ratio })
            return true;
        var plain = 1 / link;
        var compressed = Math.Max(1 / compressor, ratio / link);
        if (compressed < plain * WorthIt)
            return true;
        // A compressor slower than the wire stays so whatever it is given.
        return compressor * WorthIt > link && seen.PlainSince >= LookAgainAfter;
    }
}

/// <param name="Link">What the wire takes, in bytes a second.</param>
/// <param name="Compressor">What the compressor takes, in bytes a second.</param>
/// <param name="Ratio">What is left of a byte.</param>
/// <param name="PlainSince">How many blocks have gone plain since one was compressed.</param>
internal readonly record struct Measured(double? Link, double? Compressor, double? Ratio, int PlainSince);
