using System.Globalization;
using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;
using Ms2m.NodeWorker.Runtimes.Archives;

namespace Ms2m.NodeWorker.Volumes;

/// <summary>Looks at all that is in a volume. What a file holds is read once and remembered until the file changes, so that
/// the last look, while a workload stands still, reads only what has changed since the one before.</summary>
internal sealed class VolumeScan
{
    private const int BlockLength = 256 * 1024;

    /// <summary>Two changes within one tick of the kernel's clock look like one: a file that has just changed is read
    /// again.</summary>
    private const long Tick = 50_000_000;

    private readonly Lock _one = new();
    private Dictionary<(ulong, ulong), Known> _known = [];

    /// <summary>Whether a file has ever had a second name here.</summary>
    public bool SawHardLinks { get; private set; }

    /// <summary>What the last look saw there.</summary>
    public long Bytes { get; private set; }

    /// <summary>Files whose content was read by the last look.</summary>
    public int FilesRead { get; private set; }

    /// <summary>While files change: what vanishes is not there, and what is refused is left for the last look.</summary>
    public Task<VolumePicture> LookAheadAsync(string folder, CancellationToken cancel) =>
        LookAsync(folder, changes: true, mapped: true, cancel);

    /// <summary>While files arrive: the same, but nobody writes through a mapping.</summary>
    public Task<VolumePicture> LookArrivingAsync(string folder, CancellationToken cancel) =>
        LookAsync(folder, changes: true, mapped: false, cancel);

    /// <summary>When nothing changes any more.</summary>
    public Task<VolumePicture> LookAsync(string folder, CancellationToken cancel) =>
        LookAsync(folder, changes: false, mapped: false, cancel);

    private Task<VolumePicture> LookAsync(string folder, bool changes, bool mapped, CancellationToken cancel) => Task.Run(
        () =>
        {
            lock (_one)
                return Look(folder, changes, mapped, cancel);
        }, cancel);

    private VolumePicture Look(string folder, bool changes, bool mapped, CancellationToken cancel)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (seen, now) = (new Dictionary<(ulong, ulong), Known>(), new Dictionary<(ulong, ulong), string>());
        var (bytes, entries) = (0L, 0);
        FilesRead = 0;
        foreach (var name in Names(folder))
        {
            cancel.ThrowIfCancellationRequested();
            var path = Path.Combine(folder, name);
            var refusal = ++entries > VolumeRules.MaxEntries ? $"there are more than {VolumeRules.MaxEntries} entries" : null;
            if (FileFacts.Of(path) is not { } facts)
            {
                if (changes)
                    continue;
                return VolumePicture.Refused(name, "it cannot be looked at: is its name no UTF-8?");
            }
            // The program that listens there makes it anew, or CRIU does.
            if (facts.Kind == FileKind.Socket)
                continue;
            var link = facts.Kind == FileKind.Link ? new FileInfo(path).LinkTarget ?? "" : null;
            var attributes = FileFacts.AttributesOf(path);
            attributes.Remove(VolumeRules.NodesOwn);
            refusal ??= VolumeRules.Refuse(name, facts, link, attributes.Keys);
            if (refusal is not null && !changes)
                return VolumePicture.Refused(name, refusal);
            if (refusal is not null)
                continue;
            var again = facts.Kind == FileKind.File && facts.Links > 1 && !now.TryAdd(facts.Identity, name) ? now[facts.Identity] : null;
            SawHardLinks |= facts is { Kind: FileKind.File, Links: > 1 };
            bytes += again is null ? facts.Allocated : 0;
            var holds = link ?? again;
            if (facts.Kind == FileKind.File && again is null && (holds = Content(path, facts, mapped, seen, cancel)) is null)
            {
                if (changes)
                    continue;
                return VolumePicture.Refused(name, "it changed while it was read");
            }
            Append(digest, name, facts, holds ?? "", attributes);
        }
        (_known, Bytes) = (seen, bytes);
        return new VolumePicture(Convert.ToHexStringLower(digest.GetHashAndReset()), entries, bytes, null);
    }

    /// <summary>In an order that does not depend on the file system; the volume itself first.</summary>
    private static IEnumerable<string> Names(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };
        return new FileSystemEnumerable<string>(folder, (ref entry) => Path.GetRelativePath(folder, entry.ToFullPath()), options)
        {
            ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        }.Take(VolumeRules.MaxEntries + 1).Order(StringComparer.Ordinal).Prepend("");
    }

    /// <summary>Null when it changed under way.</summary>
    private string? Content(
        string path, FileFacts facts, bool mapped, Dictionary<(ulong, ulong), Known> seen, CancellationToken cancel)
    {
        if (_known.TryGetValue(facts.Identity, out var known) && known.Is(facts))
        {
            seen[facts.Identity] = known;
            return known.Digest;
        }
        try
        {
            using var file = FileFacts.OpenItself(path);
            if (mapped)
            {
                // What is written through a mapping changes a file's times once, until it is on the disk: only from there
                // on does the kernel tell of the next change.
                RandomAccess.FlushToDisk(file);
                if (FileFacts.Of(path) is not { } flushed)
                    return null;
                facts = flushed;
            }
            FilesRead++;
            var before = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
            using var content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var block = new byte[BlockLength];
            int read;
            for (long at = 0; (read = RandomAccess.Read(file, block, at)) > 0; at += read)
            {
                cancel.ThrowIfCancellationRequested();
                content.AppendData(block, 0, read);
            }
            if (FileFacts.Of(path) is not { } after || after.Changed != facts.Changed || after.Size != facts.Size)
                return null;
            var digest = Convert.ToHexStringLower(content.GetHashAndReset());
            if (before - facts.Changed > Tick)
                seen[facts.Identity] = new Known(facts.Size, facts.Modified, facts.Changed, digest);
            return digest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    private static void Append(
        IncrementalHash digest, string name, FileFacts facts, string holds, SortedDictionary<string, byte[]> attributes)
    {
        var line = new StringBuilder().Append(CultureInfo.InvariantCulture,
            $"{facts.Kind} {facts.Mode:x} {facts.Uid} {facts.Gid} {(facts.Kind == FileKind.File ? facts.Size : 0)}\0{name}\0{holds}\0");
        foreach (var (key, value) in attributes)
            line.Append(CultureInfo.InvariantCulture, $"{key}={Convert.ToHexStringLower(value)}\0");
        digest.AppendData(Encoding.UTF8.GetBytes(line.Append('\n').ToString()));
    }

    private readonly record struct Known(long Size, long Modified, long Changed, string Digest)
    {
        public bool Is(FileFacts facts) => (Size, Modified, Changed) == (facts.Size, facts.Modified, facts.Changed);
    }
}

/// <summary>All of a volume, in a few words.</summary>
/// <param name="Digest">Over names, kinds, modes, owners, sizes, contents, links and attributes.</param>
/// <param name="Bytes">What it takes of its disk.</param>
/// <param name="Refusal">Why it may not move; null when it may.</param>
internal sealed record VolumePicture(string Digest, int Entries, long Bytes, string? Refusal)
{
    public static VolumePicture Refused(string name, string why) => new("", 0, 0, $"{ArchiveRules.Shown(name)}: {why}");
}
