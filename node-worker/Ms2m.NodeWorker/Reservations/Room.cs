using System.Globalization;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Reservations;

/// <summary>Memory and checkpoint space of the node.</summary>
public class Room(WorkerOptions options)
{
    /// <summary>CRIU's images are about as large as the memory; the rest is for growth until the freeze.</summary>
    private const double Growth = 1.3;

    /// <summary>Of images whose pages follow: about a megabyte, and what of the memory cannot follow.</summary>
    private const long WithoutPages = 64L << 20;

    public virtual long FreeForCheckpoints => new DriveInfo(options.Checkpoints).AvailableFreeSpace;

    /// <summary>Free or not.</summary>
    public virtual long SpaceForCheckpoints => new DriveInfo(options.Checkpoints).TotalSize;

    public virtual long FreeMemory => Memory("MemAvailable:");

    public static long TotalMemory => Memory("MemTotal:");

    public static long WithGrowth(long expectedBytes) => (long)(expectedBytes * Growth);

    /// <summary>Trouble when one more checkpoint of that size would not fit beside those already promised.</summary>
    /// <param name="postCopy">Whether that much memory follows it, instead of being in it.</param>
    /// <param name="copies">How often each lies there while it is restored.</param>
    public Trouble? Refuse(long expectedBytes, bool postCopy, IEnumerable<Reservation> promised, int copies = 1)
    {
        var others = promised.ToList();
        var needed = copies * (ForImages(expectedBytes, postCopy) + others.Sum(r => ForImages(r.ExpectedBytes, r.PostCopy)))
            + options.ReserveBytes;
        if (FreeForCheckpoints is var space && space < needed)
            return NodeFailures.NoRoom("The checkpoint's folder", needed, space);
        // While it is restored the process is in memory twice: as images and as itself. What follows page by page is there
        // once, and takes its time.
        var all = needed + expectedBytes + others.Where(r => r.PostCopy).Sum(r => r.ExpectedBytes);
        if (FreeMemory is var memory && memory < all)
            return NodeFailures.NoRoom("The node's memory", all, memory);
        return null;
    }

    private static long ForImages(long expectedBytes, bool postCopy) =>
        postCopy ? Math.Min(WithGrowth(expectedBytes), WithoutPages) : WithGrowth(expectedBytes);

    private static long Memory(string key)
    {
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith(key, StringComparison.Ordinal))
            {
                var number = line[key.Length..].Trim().Split(' ')[0];
                return long.Parse(number, CultureInfo.InvariantCulture) * 1024;
            }
        }
        return 0;
    }
}
