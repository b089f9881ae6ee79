using Ms2m.NodeWorker.Transfer;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Images;

/// <summary>A checkpoint's folder as the archive that a kubelet makes of a container: CRIU's images in a folder, and the
/// runtime's own files beside it.</summary>
internal sealed class CheckpointContent
{
    private const string Images = "checkpoint/";

    private readonly string _folder;
    private readonly (string Entry, string File, long Length)[] _files;

    private CheckpointContent(string folder, (string Entry, string File, long Length)[] files) =>
        (_folder, _files) = (folder, files);

    /// <summary>Of the whole archive.</summary>
    public long Length => TarBlocks.LengthOf(0) + _files.Sum(file => TarBlocks.LengthOf(file.Length)) + TarBlocks.End;

    /// <summary>Names of what does not lie among CRIU's images.</summary>
    public IEnumerable<string> Besides => _files.Select(file => file.Entry).Where(entry => !entry.StartsWith(Images, StringComparison.Ordinal));

    /// <param name="without">A file that does not go along.</param>
    public static CheckpointContent Of(string folder, string? without = null) => new(folder,
    [
        .. new DirectoryInfo(folder).GetFiles()
            .Where(file => CheckpointFiles.IsAllowed(file.Name) && file.Name != without)
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => (IsImage(file.Name) ? Images + file.Name : file.Name, file.Name, file.Length)),
    ]);

    /// <summary>What lies in the folder of images: in a checkpoint's folder all names are in one place.</summary>
    public static bool IsImage(string name) => name.EndsWith(".img", StringComparison.Ordinal) || name == "descriptors.json";

    public async Task WriteToAsync(Stream to, CancellationToken cancel)
    {
        await to.WriteAsync(TarBlocks.Header(Images, 0), cancel);
        var block = new byte[CheckpointFrame.MaxLength];
        foreach (var (entry, file, length) in _files)
        {
            await to.WriteAsync(TarBlocks.Header(entry, length), cancel);
            await using var content = File.OpenRead(Path.Combine(_folder, file));
            var left = length;
            while (left > 0 && await content.ReadAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)), cancel) is > 0 and var read)
            {
                await to.WriteAsync(block.AsMemory(0, read), cancel);
                left -= read;
            }
            if (left > 0)
                throw new EndOfStreamException($"{file} has become shorter.");
            await to.WriteAsync(TarBlocks.Padding(length), cancel);
        }
        await to.WriteAsync(new byte[TarBlocks.End], cancel);
        Array.Clear(block);
    }
}
