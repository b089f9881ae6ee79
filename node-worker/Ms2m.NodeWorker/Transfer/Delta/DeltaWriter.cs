using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>Makes frames of a file: of pages that the target has, frames that say where; of zeros, frames that say how
/// many; of the rest, blocks. Neighbours go into one frame, over the borders of blocks too.</summary>
internal sealed class DeltaWriter(PageIndex index, IBlockWriter rest, FrameQueue queue) : IBlockWriter
{
    private enum Kind
    {
        None,
        Rest,
        Zero,
        Copy,
    }

    private Kind _kind;
    private long _from;
    private long _length;
    private PagePlace _place;

    public async ValueTask WriteAsync(string name, long at, ReadOnlyMemory<byte> block, CancellationToken cancel)
    {
        // A file of no length is one block of no length.
        if (block.Length == 0)
            await rest.WriteAsync(name, at, block, cancel);
        var done = 0;
        while (done < block.Length)
        {
            // What is no whole page, or does not begin where pages do, after a break: no page to look for.
            var offset = (int)((at + done) % Page.Length);
            var length = Math.Min(offset == 0 ? Page.Length : Page.Length - offset, block.Length - done);
            var (kind, place) = length == Page.Length ? Look(block.Span.Slice(done, length)) : (Kind.Rest, default);
            if (!Continues(kind, place))
            {
                await EndRunAsync(name, at, block, cancel);
                (_kind, _from, _length, _place) = (kind, at + done, 0, place);
            }
            _length += length;
            done += length;
        }
        // The block is gone when this returns; runs that need none of it may go on.
        if (_kind == Kind.Rest)
            await EndRunAsync(name, at, block, cancel);
    }

    public ValueTask EndFileAsync(string name, CancellationToken cancel) => EndRunAsync(name, 0, default, cancel);

    private (Kind, PagePlace) Look(ReadOnlySpan<byte> page)
    {
        var hash = Page.HashOf(page);
        if (Page.IsZero(page, hash))
            return (Kind.Zero, default);
        if (_kind == Kind.Copy && _place.After((int)(_length / Page.Length)) is var next && index.IsAt(next, hash))
            return (Kind.Copy, next);
        return index.Find(hash) is { } place ? (Kind.Copy, place) : (Kind.Rest, default);
    }

    private bool Continues(Kind kind, PagePlace place) => kind == _kind
        && (kind != Kind.Copy || place == _place.After((int)(_length / Page.Length)));

    private async ValueTask EndRunAsync(string name, long at, ReadOnlyMemory<byte> block, CancellationToken cancel)
    {
        var (kind, length) = (_kind, _length);
        (_kind, _length) = (Kind.None, 0);
        if (kind == Kind.Rest)
        {
            await rest.WriteAsync(name, _from, block.Slice((int)(_from - at), (int)length), cancel);
        }
        else if (kind is Kind.Zero or Kind.Copy)
        {
            var room = await queue.RoomAsync(cancel);
            queue.Add(kind == Kind.Zero
                ? SpanFrames.WriteZeros(room.Span, name, _from, length)
                : Copy(room.Span, name, length));
        }
    }

    private int Copy(Span<byte> to, string name, long length)
    {
        var (number, file) = index.FileOf(_place);
        return SpanFrames.WriteCopy(to, name, _from, new CopiedSpan(number, file, (long)_place.Page * Page.Length, length));
    }
}
