using System.Formats.Tar;
using System.Security.Cryptography;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Transfer.Registry;

/// <summary>Finds the files of a checkpoint in podman's export of it. Nothing is unpacked by name: only what is known is
/// taken, under a flat name of ours.</summary>
internal static class CheckpointLayer
{
    private const int MaxEntries = 20_000;
    private const string Images = "checkpoint/";

    private static readonly string[] Besides = [CheckpointFiles.Changed, CheckpointFiles.Deleted, CheckpointFiles.SharedMemory];

    /// <param name="layer">Not compressed.</param>
    /// <param name="volumes">See <see cref="ExportedContainer.Volumes"/>.</param>
    /// <param name="take">Gets the name and the content of each file; its trouble ends the reading.</param>
    public static async Task<Trouble?> ReadAsync(
        Stream layer, IReadOnlyDictionary<string, string> volumes, Func<string, Stream, Task<Trouble?>> take,
        CancellationToken cancel)
    {
        try
        {
            await using var tar = new TarReader(layer, leaveOpen: true);
            for (var entries = 0; await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry; entries++)
            {
                if (entries == MaxEntries)
                    return NodeFailures.ArchiveRefused("image", $"it has more than {MaxEntries} entries");
                if (NameOf(entry.Name, volumes) is not { } name)
                    continue;
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                    return NodeFailures.ArchiveRefused("image", $"{name} is no file in it");
                if (await take(name, entry.DataStream ?? Stream.Null) is { } trouble)
                    return trouble;
            }
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException)
        {
            return NodeFailures.ArchiveRefused("image", e.Message);
        }
    }

    /// <summary>The layer's own digest and that of the checkpoint in it.</summary>
    public static async Task<Outcome<(Blob Layer, CompleteCheckpoint Checkpoint)>> DescribeAsync(
        string path, IReadOnlyDictionary<string, string> volumes, CancellationToken cancel)
    {
        using var digest = new CheckpointDigest();
        using var sha = SHA256.Create();
        await using var file = File.OpenRead(path);
        await using var hashed = new CryptoStream(file, sha, CryptoStreamMode.Read);
        var block = new byte[CheckpointFrame.MaxLength];
        var trouble = await ReadAsync(hashed, volumes, async (name, content) =>
        {
            digest.Append(name, []);
            while (await content.ReadAsync(block, cancel) is > 0 and var read)
                digest.Append(name, block.AsSpan(0, read));
            return null;
        }, cancel);
        if (trouble is not null)
            return trouble;
        // What stands behind the last entry belongs to the layer too.
        await hashed.CopyToAsync(Stream.Null, cancel);
        Array.Clear(block);
        return (new Blob(CheckpointImage.LayerType, Blob.Named(sha.Hash!), file.Length),
            new CompleteCheckpoint(digest.Current(), digest.Bytes, digest.Files));
    }

    /// <summary>Null when a checkpoint needs no such file: podman's description of the container, for one.</summary>
    private static string? NameOf(string entry, IReadOnlyDictionary<string, string> volumes)
    {
        entry = entry.StartsWith("./", StringComparison.Ordinal) ? entry[2..] : entry;
        if (entry.StartsWith(Images, StringComparison.Ordinal))
            return CheckpointFiles.IsAllowed(entry[Images.Length..]) ? entry[Images.Length..] : null;
        if (Besides.Contains(entry))
            return entry;
        return volumes.TryGetValue(entry, out var volume) && CheckpointFiles.IsAllowed(volume) ? volume : null;
    }
}
