using System.Text;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>One round: looks at all the memory there is and sends the pages that are new, one after another, as one file.</summary>
/// <param name="known">Pages that the target has, and that are left out.</param>
/// <param name="copied">Pages that the target has, and that it is told to copy: what it gets is then all that there is.</param>
internal sealed class AheadRound(
    ILiveMemory memory, LiveContainer container, IReadOnlySet<ulong> known, PacedWire wire, TransferOrder order, TimeProvider time,
    PageIndex? copied = null)
{
    private const string FileName = "pages";

    private readonly byte[] _block = new byte[CheckpointFrame.MaxLength];
    private int _filled;
    private long _at;

    public long BytesSeen { get; private set; }

    /// <summary>What the target has besides, when it has confirmed.</summary>
    public HashSet<ulong> Sent { get; } = [];

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
            await making.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Array.Clear(_block);
        }
    }

    private async Task MakeAsync(FrameQueue queue, CancellationToken cancel)
    {
        var compression = Zstd.IsAvailable && TransferUrl.AcceptsZstd(order.Url) ? order.Options.Compression : TransferCompression.None;
        using var blocks = new BlockWriter(queue, compression, () => wire.Speed, time);
        IBlockWriter writer = copied is null ? blocks : new DeltaWriter(copied, blocks, queue);
        using var digest = new CheckpointDigest();
        try
        {
            foreach (var seen in memory.Read(container))
            {
                // Memory that the target has already is looked at without a pause.
                cancel.ThrowIfCancellationRequested();
                for (var at = 0; at < seen.Length; at += Page.Length)
                {
                    if (IsNew(seen.Span.Slice(at, Page.Length)) && _filled == _block.Length)
                        await SendBlockAsync(writer, digest, cancel);
                }
            }
            // What is no memory of it must not take the place of what is.
            if (BytesSeen == 0)
                throw new InvalidDataException("None of its memory could be read.");
            // A file of no length is one block of no length; behind others there is none.
            if (_filled > 0 || _at == 0)
                await SendBlockAsync(writer, digest, cancel);
            await writer.EndFileAsync(FileName, cancel);
            var room = await queue.RoomAsync(cancel);
            var head = CheckpointFrame.Write(room.Span, FrameKind.End, "", _at, CheckpointDigest.Length);
            Encoding.ASCII.GetBytes(digest.Current(), room.Span[head..]);
            queue.Add(head + CheckpointDigest.Length);
            queue.Complete();
        }
        catch (Exception e)
        {
            queue.Complete(e);
        }
    }

    /// <summary>And then it stands at the end of the block.</summary>
    private bool IsNew(ReadOnlySpan<byte> page)
    {
        BytesSeen += page.Length;
        // Copied before it is looked at: it may change.
        page.CopyTo(_block.AsSpan(_filled));
        var mine = _block.AsSpan(_filled, Page.Length);
        var hash = Page.HashOf(mine);
        if (known.Contains(hash) || Page.IsZero(mine, hash) || !Sent.Add(hash))
            return false;
        _filled += Page.Length;
        return true;
    }

    private async Task SendBlockAsync(IBlockWriter blocks, CheckpointDigest digest, CancellationToken cancel)
    {
        digest.Append(FileName, _block.AsSpan(0, _filled));
        await blocks.WriteAsync(FileName, _at, _block.AsMemory(0, _filled), cancel);
        _at += _filled;
        _filled = 0;
    }
}
