using Ms2m.Contracts;
using Ms2m.NodeWorker.Reservations;

namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>Whether a pre-dump would make the standstill for the checkpoint shorter.</summary>
internal static class PreDumpRules
{
    /// <summary>Of the checks of a node: its kernel tells which pages have changed.</summary>
    public const string Feature = "soft-dirty";

    /// <summary>CRIU writes some 2 MB in a millisecond, and lets the processes stand still for some 50 ms whatever they hold. Of
    /// less than this a pre-dump would take about as long as it saves.</summary>
    internal const long Least = 64 << 20;

    /// <summary>The first thing to ask: a node where nobody has asked for pre-dumps looks at nothing else.</summary>
    public const string SwitchedOff = "it is not switched on on this node (MS2M_PRE_DUMP)";

    /// <summary>Why none is made where they are switched on; null when one is.</summary>
    /// <param name="hugeZeroPages">Whether the kernel may map those.</param>
    /// <param name="bytes">What the checkpoint would write.</param>
    /// <param name="free">Room for it.</param>
    public static string? WhyNot(IEnumerable<NodeFeature> features, bool hugeZeroPages, long bytes, long free)
    {
        var feature = features.FirstOrDefault(one => one.Name == Feature);
        if (feature is not { Available: true })
            return $"this node's kernel does not tell which pages have changed ({Feature}: {feature?.Detail ?? "not looked at yet"})";
        if (hugeZeroPages)
            return "this node's kernel may map a huge page of zeros without telling that memory has changed ("
                + $"{HugeZeroPages.OfKernel}: neither enabled is [never] nor use_zero_page 0)";
        if (bytes < Least)
            return $"it would not shorten the standstill by more than it takes: there are {bytes >> 20} MB of memory";
        // The checkpoint must find room beside it, should it be written as a whole after all.
        return free < 2 * Room.WithGrowth(bytes) ? "there is no room for it beside the checkpoint" : null;
    }
}
