using System.Buffers;
using System.Text;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>A checkpoint on its way out: which of its bytes have gone, and their digest. It outlives a broken
/// connection, so that what was sent is neither hashed nor, where the target has it, sent again.</summary>
/// <param name="wire">Over which all of it goes, also what goes twice.</param>
internal sealed class OutgoingCheckpoint(string folder, long maxBytes, PacedWire wire, TimeProvider time) : IDisposable
{
    private readonly CheckpointDigest _digest = new();
    private Dictionary<string, long> _sent = new(StringComparer.Ordinal);

    public long Bytes => _digest.Bytes;

    public string Digest => _digest.Current();

    /// <summary>What the target can take and the order wants; else every block goes as it is.</summary>
    public TransferCompression Compression { get; init; } = TransferCompression.None;

    /// <summary>What the target has already; null to send everything.</summary>
    public PageIndex? Known { get; private set; }

    public int CompressedBlocks { get; private set; }

    public int PlainBlocks { get; private set; }

    /// <summary>Of which others the files consist that do not lie in the folder as they are to be sent.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<FilePiece>>? Pieces { get; set; }

    public long Size => Files.Sum(f => f.Length);

    private IEnumerable<OutgoingFile> Files =>
        from file in new DirectoryInfo(folder).GetFiles().OrderBy(f => f.Name, StringComparer.Ordinal)
        select Pieces?.GetValueOrDefault(file.Name) is { } pieces ? new OutgoingFile(file.Name, pieces) : OutgoingFile.Of(file);

    /// <summary>Goes on from where the target says it is. What it cannot have is not believed: those files begin anew, and
    /// the target says what it thinks of that.</summary>
    public void ContinueFrom(IReadOnlyDictionary<string, long> received) =>
        _sent = Files.Where(f => received.TryGetValue(f.Name, out var has) && has >= 0 && has <= f.Length)
            .ToDictionary(f => f.Name, f => received[f.Name], StringComparer.Ordinal);

    /// <summary>Pages that the target has are not sent.</summary>
    public void LeaveOut(PageIndex? known) => Known = known;

    /// <summary>From the first byte again, and all of it.</summary>
    public void BeginAnew()
    {
        Known = null;
        _sent.Clear();
    }

    public bool IsTooLarge() => Size > maxBytes;

    /// <summary>How many bytes <see cref="WriteToAsync"/> will write; null when only that will tell.</summary>
    public long? LengthAhead()
    {
        if (Compression != TransferCompression.None || Known is not null)
            return null;
        long length = CheckpointFrame.HeadLength + CheckpointDigest.Length;
        foreach (var file in Files)
        {
            var known = _sent.TryGetValue(file.Name, out var from);
            var rest = file.Length - from;
            var frames = rest == 0 && !known ? 1 : (rest + CheckpointFrame.MaxLength - 1) / CheckpointFrame.MaxLength;
            length += rest + frames * (CheckpointFrame.HeadLength + file.Name.Length);
        }
        return length;
    }

    /// <summary>Writes all that has not gone yet. After a break the next call goes on, see <see cref="ContinueFrom"/>.</summary>
    public async Task WriteToAsync(Stream to, CancellationToken cancel)
    {
        using var queue = new FrameQueue();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var making = Task.Run(() => MakeAsync(queue, stop.Token), CancellationToken.None);
        try
        {
            await queue.DrainAsync(piece => wire.WriteAsync(to, piece, cancel), cancel);
            await to.FlushAsync(cancel);
        }
        finally
        {
            await stop.CancelAsync();
            // It reads files and a digest that somebody else wants next.
            await making.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _digest.Dispose();

    private async Task MakeAsync(FrameQueue queue, CancellationToken cancel)
    {
        var block = ArrayPool<byte>.Shared.Rent(CheckpointFrame.MaxLength);
        using var blocks = new BlockWriter(queue, Compression, () => wire.Speed, time);
        IBlockWriter writer = Known is { } known ? new DeltaWriter(known, blocks, queue) : blocks;
        try
        {
            foreach (var file in Files)
                await MakeFileAsync(writer, block, file, cancel);
            var room = await queue.RoomAsync(cancel);
            var head = CheckpointFrame.Write(room.Span, FrameKind.End, "", Bytes, CheckpointDigest.Length);
            Encoding.ASCII.GetBytes(Digest, room.Span[head..]);
            queue.Add(head + CheckpointDigest.Length);
            queue.Complete();
        }
        catch (Exception e)
        {
            queue.Complete(e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block, clearArray: true);
            (CompressedBlocks, PlainBlocks) = (CompressedBlocks + blocks.Compressed, PlainBlocks + blocks.Plain);
        }
    }

    private async Task MakeFileAsync(IBlockWriter writer, byte[] block, OutgoingFile file, CancellationToken cancel)
    {
        var name = file.Name;
        using var reader = file.Open();
        var known = _sent.TryGetValue(name, out var at);
        while (true)
        {
            var read = reader.Read(block.AsSpan(0, CheckpointFrame.MaxLength), at);
            // A file of no length is told of once, by a frame of no length.
            if (read == 0 && known)
            {
                await writer.EndFileAsync(name, cancel);
                return;
            }
            Hash(name, at, block.AsSpan(0, read));
            await writer.WriteAsync(name, at, block.AsMemory(0, read), cancel);
            at += read;
            known = true;
        }
    }

    private void Hash(string name, long at, ReadOnlySpan<byte> bytes)
    {
        // On a repeated stretch the digest is ahead of what is being sent.
        var ahead = _digest.LengthOf(name) - at;
        if (ahead <= 0)
            _digest.Append(name, bytes);
        else if (ahead < bytes.Length)
            _digest.Append(name, bytes[(int)ahead..]);
    }
}
