using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>The hashes of the whole pages of a base's files.</summary>
/// <param name="Base">The base's digest.</param>
internal sealed record PageList(string Base, IReadOnlyList<PagesOfFile> Files)
{
    private const int MaxFiles = 10_000;

    /// <summary>16 GB of memory: their hashes take 32 MB here.</summary>
    private const long MaxPages = 1L << 22;

    /// <summary>No sender would read the list of more.</summary>
    public const long MaxBytes = MaxPages * Page.Length;

    private const int Block = 64 * Page.Length;

    public long Pages => Files.Sum(file => (long)file.Hashes.Length);

    public static async Task<PageList> OfFolderAsync(string digest, string images, CancellationToken cancel)
    {
        var files = new List<PagesOfFile>();
        var block = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            foreach (var file in new DirectoryInfo(images).GetFiles().Where(f => f.Length >= Page.Length)
                .OrderBy(f => f.Name, StringComparer.Ordinal))
                files.Add(await OfFileAsync(file, block, cancel));
            return new PageList(digest, files);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block, clearArray: true);
        }
    }

    /// <summary>Little-endian: digest (64 characters), number of files (4), then of each file the length of its name (1), the
    /// name, the number of hashes (4) and the hashes (8 each).</summary>
    public async Task WriteAsync(Stream to, CancellationToken cancel)
    {
        var head = new byte[CheckpointDigest.Length + sizeof(int)];
        Encoding.ASCII.GetBytes(Base, head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(CheckpointDigest.Length), Files.Count);
        await to.WriteAsync(head, cancel);
        foreach (var file in Files)
        {
            var line = new byte[1 + file.Name.Length + sizeof(int) + file.Hashes.Length * sizeof(ulong)];
            line[0] = (byte)file.Name.Length;
            Encoding.ASCII.GetBytes(file.Name, line.AsSpan(1));
            BinaryPrimitives.WriteInt32LittleEndian(line.AsSpan(1 + file.Name.Length), file.Hashes.Length);
            MemoryMarshal.AsBytes(file.Hashes.AsSpan()).CopyTo(line.AsSpan(1 + file.Name.Length + sizeof(int)));
            await to.WriteAsync(line, cancel);
        }
    }

    /// <summary>As many lists as there are. Throws <see cref="InvalidDataException"/> when it is not made of lists, or
    /// when they are longer than any memory that is moved here.</summary>
    public static async Task<IReadOnlyList<PageList>> ReadAllAsync(Stream from, CancellationToken cancel)
    {
        var lists = new List<PageList>();
        var head = new byte[CheckpointDigest.Length + sizeof(int)];
        long pages = 0;
        while (await from.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel) is > 0 and var read)
        {
            var count = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(CheckpointDigest.Length));
            Demand(read == head.Length && count is >= 0 and <= MaxFiles && lists.Count < byte.MaxValue);
            var digest = Encoding.ASCII.GetString(head, 0, CheckpointDigest.Length);
            Demand(digest.All(char.IsAsciiHexDigitLower));
            var files = new List<PagesOfFile>();
            for (var i = 0; i < count; i++)
            {
                files.Add(await ReadFileAsync(from, MaxPages - pages, cancel));
                pages += files[^1].Hashes.Length;
            }
            lists.Add(new PageList(digest, files));
        }
        return lists;
    }

    private static async Task<PagesOfFile> ReadFileAsync(Stream from, long atMost, CancellationToken cancel)
    {
        var head = new byte[byte.MaxValue];
        await from.ReadExactlyAsync(head.AsMemory(0, 1), cancel);
        var length = head[0];
        await from.ReadExactlyAsync(head.AsMemory(0, length), cancel);
        var name = Encoding.ASCII.GetString(head, 0, length);
        await from.ReadExactlyAsync(head.AsMemory(0, sizeof(int)), cancel);
        var hashes = BinaryPrimitives.ReadInt32LittleEndian(head);
        Demand(CheckpointFiles.IsAllowed(name) && hashes >= 0 && hashes <= atMost);
        var all = new ulong[hashes];
        var bytes = new byte[Math.Min(hashes, 8192) * sizeof(ulong)];
        for (var at = 0; at < hashes; at += bytes.Length / sizeof(ulong))
        {
            var part = bytes.AsMemory(0, Math.Min(bytes.Length, (hashes - at) * sizeof(ulong)));
            await from.ReadExactlyAsync(part, cancel);
            MemoryMarshal.Cast<byte, ulong>(part.Span).CopyTo(all.AsSpan(at));
        }
        return new PagesOfFile(name, all);
    }

    private static async Task<PagesOfFile> OfFileAsync(FileInfo file, byte[] block, CancellationToken cancel)
    {
        var hashes = new ulong[file.Length / Page.Length];
        using var handle = File.OpenHandle(file.FullName);
        for (var page = 0; page < hashes.Length;)
        {
            var read = await RandomAccess.ReadAsync(handle, block.AsMemory(0, Block), (long)page * Page.Length, cancel);
            if (read < Page.Length)
                throw new IOException($"{file.Name} has become shorter.");
            for (var at = 0; at + Page.Length <= read && page < hashes.Length; at += Page.Length)
                hashes[page++] = Page.HashOf(block.AsSpan(at, Page.Length));
        }
        return new PagesOfFile(file.Name, hashes);
    }

    private static void Demand(bool holds)
    {
        if (!holds)
            throw new InvalidDataException("These are no lists of pages.");
    }
}

/// <param name="Hashes">One for each whole page, in order.</param>
internal sealed record PagesOfFile(string Name, ulong[] Hashes);
