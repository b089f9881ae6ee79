namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>Memory that CRIU has written down: its pages lie one after another in files.</summary>
/// <param name="images">Folder of the files.</param>
internal sealed class WrittenMemory(string images) : ILiveMemory
{
    private const int Block = 64 * Page.Length;

    public IEnumerable<ReadOnlyMemory<byte>> Read(LiveContainer container)
    {
        var block = new byte[Block];
        foreach (var path in Directory.GetFiles(images, "pages-*.img"))
        {
            using var file = File.OpenHandle(path);
            for (long at = 0; RandomAccess.Read(file, block, at) is >= Page.Length and var read; at += read - read % Page.Length)
                yield return block.AsMemory(0, read - read % Page.Length);
        }
        Array.Clear(block);
    }
}
