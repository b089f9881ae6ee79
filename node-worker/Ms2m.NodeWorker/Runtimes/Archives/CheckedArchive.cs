using System.Formats.Tar;
using System.Text.Json;

namespace Ms2m.NodeWorker.Runtimes.Archives;

/// <summary>Archives of a received checkpoint, before anybody unpacks them. Each is read entry by entry and written anew
/// from what was understood, in the folder where it lies: thus the one who unpacks it sees what was checked and nothing
/// else, even where he reads a tar in another way than we.</summary>
internal static class CheckedArchive
{
    private const int BlockLength = 512;
    private const int MaxDeletedBytes = 16 * 1024 * 1024;

    /// <summary>Checks everything in a checkpoint's folder that is to be unpacked.</summary>
    /// <param name="layers">Of the image that the container is made of, the topmost first.</param>
    /// <param name="whiteouts">Whether deleted files are told of as in an image's layer.</param>
    public static async Task<Trouble?> CheckFolderAsync(
        string folder, IReadOnlyList<string> layers, CancellationToken cancel, bool whiteouts = false)
    {
        var root = new ArchiveRules(layers, whiteouts);
        foreach (var path in Directory.EnumerateFiles(folder, "*.tar").Order(StringComparer.Ordinal))
        {
            var rules = Path.GetFileName(path) == CheckpointFiles.Changed ? root : new ArchiveRules([]);
            if (await RewriteAsync(path, rules, cancel) is { } refusal)
                return NodeFailures.ArchiveRefused(Path.GetFileName(path), refusal);
        }
        return RefuseDeleted(Path.Combine(folder, CheckpointFiles.Deleted), root) is { } deletion
            ? NodeFailures.ArchiveRefused(CheckpointFiles.Deleted, deletion)
            : null;
    }

    /// <summary>Why an archive is refused; null when it has been replaced by its checked copy.</summary>
    public static async Task<string?> RewriteAsync(string path, ArchiveRules rules, CancellationToken cancel)
    {
        var copy = path + ".checked";
        try
        {
            await using (var from = File.OpenRead(path))
            await using (var to = new FileStream(copy, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = PrivateFiles.File,
            }))
            {
                if (await CopyAsync(from, to, rules, cancel) is { } refusal)
                    return refusal;
            }
            File.Move(copy, path, overwrite: true);
            return null;
        }
        finally
        {
            File.Delete(copy);
        }
    }

    private static async Task<string?> CopyAsync(Stream from, Stream to, ArchiveRules rules, CancellationToken cancel)
    {
        try
        {
            if (!await BeginsLikeATarAsync(from, cancel))
                return "it is no plain tar";
            await using var reader = new TarReader(from, leaveOpen: true);
            await using (var writer = new TarWriter(to, TarEntryFormat.Pax, leaveOpen: true))
            {
                while (await reader.GetNextEntryAsync(copyData: false, cancel) is { } entry)
                {
                    if (rules.Refuse(entry) is { } refusal)
                        return $"{ArchiveRules.Shown(entry.Name)}: {refusal}";
                    await writer.WriteEntryAsync(ArchiveRules.Copy(entry), cancel);
                }
            }
            if (to.Length > 0)
                return null;
            // A reader takes a head that it does not understand for the end; an empty archive has no head at all.
            if (!await IsEmptyAsync(from, cancel))
                return "it is no whole tar";
            await to.WriteAsync(new byte[2 * BlockLength], cancel);
            return null;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or ArgumentException
            or NotSupportedException or OverflowException or InvalidOperationException)
        {
            return $"it is no whole tar ({e.GetType().Name})";
        }
    }

    /// <summary>A reader of tars may take what it does not know for the end, and a checked copy of nothing would hide
    /// that something was sent.</summary>
    private static async Task<bool> BeginsLikeATarAsync(Stream from, CancellationToken cancel)
    {
        var head = await FirstBlockAsync(from, cancel);
        return head.Length == BlockLength
            && (head.AsSpan(257, 5).SequenceEqual("ustar"u8) || !head.AsSpan().ContainsAnyExcept((byte)0));
    }

    private static async Task<bool> IsEmptyAsync(Stream from, CancellationToken cancel) =>
        !(await FirstBlockAsync(from, cancel)).AsSpan().ContainsAnyExcept((byte)0);

    private static async Task<byte[]> FirstBlockAsync(Stream from, CancellationToken cancel)
    {
        var head = new byte[BlockLength];
        from.Position = 0;
        var read = await from.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel);
        from.Position = 0;
        return head[..read];
    }

    private static string? RefuseDeleted(string path, ArchiveRules rules)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            return null;
        if (file.Length > MaxDeletedBytes)
            return "it is too long";
        try
        {
            var names = JsonSerializer.Deserialize<string?[]>(File.ReadAllBytes(path)) ?? [];
            foreach (var name in names)
            {
                if ((name is null ? "it is no name" : rules.RefuseDeletion(name)) is { } refusal)
                    return $"{ArchiveRules.Shown(name ?? "null")}: {refusal}";
            }
            return null;
        }
        catch (JsonException)
        {
            return "it is no list of names";
        }
    }
}
