using System.Formats.Tar;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>podman's export of a checkpoint, whole again: while it was written, links led the memory in it elsewhere, and so
/// it has only the links.</summary>
internal static class ExportArchive
{
    private const string Images = "checkpoint";

    private static readonly string[] Linked =
        [CheckpointFiles.Changed, CheckpointFiles.Deleted, CheckpointFiles.SharedMemory];

    /// <param name="pieces">Folder to which the links led.</param>
    public static async Task ComposeAsync(string export, string pieces, string to, CancellationToken cancel)
    {
        await using var from = File.OpenRead(export);
        await using var tar = new TarReader(from);
        await using var file = new FileStream(to, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = PrivateFiles.File,
        });
        await using var writer = new TarWriter(file, TarEntryFormat.Pax);
        while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
        {
            var name = entry.Name.TrimEnd('/');
            if (name != Images && !name.StartsWith(Images + "/", StringComparison.Ordinal) && !Linked.Contains(name))
                await writer.WriteEntryAsync(entry, cancel);
        }
        await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, Images + "/") { Mode = PrivateFiles.Folder }, cancel);
        foreach (var piece in new DirectoryInfo(pieces).GetFiles().OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            await using var content = piece.OpenRead();
            await writer.WriteEntryAsync(
                new PaxTarEntry(TarEntryType.RegularFile, Linked.Contains(piece.Name) ? piece.Name : $"{Images}/{piece.Name}")
                {
                    DataStream = content,
                    Mode = PrivateFiles.File,
                }, cancel);
        }
    }
}
