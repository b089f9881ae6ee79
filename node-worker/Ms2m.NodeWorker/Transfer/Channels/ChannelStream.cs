using System.Buffers.Binary;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Transfer.Channels;

/// <summary>Bytes both ways between two workers, over one connection. Each side ends what it says by itself, as TLS alone
/// does not let it; and a side that has nothing to say gives a sign of life, so that one that reads knows within
/// <see cref="ChannelPatience.Silence"/> that the other is gone, also when no packet says so. Whoever writes should keep
/// reading therefore. A read or write that is cancelled or fails is the channel's end.</summary>
/// <remarks>On the wire: pieces, each after its length (4 bytes, little-endian); 0 is the end, -1 the sign of life.</remarks>
public sealed class ChannelStream : Stream
{
    private const int HeadLength = sizeof(int);
    private const int MaxPiece = 64 * 1024;
    private const int End = 0;
    private const int StillHere = -1;

    private readonly Stream _raw;
    private readonly PacedWire _wire;
    private readonly ChannelPatience _patience;
    private readonly TimeProvider _time;
    private readonly Action _close;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _gone = new();
    private readonly byte[] _out = new byte[HeadLength + MaxPiece];
    private readonly byte[] _head = new byte[HeadLength];
    private readonly Task _signs;
    private int _left;
    private bool _otherEnded;
    private volatile bool _ended;
    private long _wroteAt;

    /// <param name="wire">Measures and limits what this side says.</param>
    /// <param name="close">Lets go of the connection.</param>
    internal ChannelStream(Stream raw, PacedWire wire, ChannelPatience patience, TimeProvider time, Action close)
    {
        (_raw, _wire, _patience, _time, _close) = (raw, wire, patience, time, close);
        _wroteAt = time.GetTimestamp();
        _signs = GiveSignsAsync();
    }

    /// <summary>What this side has put onto the wire.</summary>
    public long WireBytes => _wire.Bytes;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Gives 0 when the other side has ended.</summary>
    /// <exception cref="IOException">The other side is gone, or says nothing any more.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        while (_left == 0)
        {
            if (_otherEnded)
                return 0;
            for (var read = 0; read < HeadLength;)
                read += await ReadSomeAsync(_head.AsMemory(read), cancellationToken);
            var said = BinaryPrimitives.ReadInt32LittleEndian(_head);
            if (said is < StillHere or > MaxPiece)
                throw Failed("it does not say what a channel says");
            _otherEnded = said == End;
            _left = Math.Max(said, 0);
        }
        var some = await ReadSomeAsync(buffer[..Math.Min(_left, buffer.Length)], cancellationToken);
        _left -= some;
        return some;
    }

    /// <exception cref="IOException">The other side is gone, or the channel is.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (; !buffer.IsEmpty; buffer = buffer[Math.Min(MaxPiece, buffer.Length)..])
        {
            var piece = buffer[..Math.Min(MaxPiece, buffer.Length)];
            await SayAsync(piece.Length, piece, cancellationToken);
        }
    }

    /// <summary>Nothing more comes from this side; it may read on.</summary>
    public async Task EndAsync(CancellationToken cancel)
    {
        if (!_ended)
            await SayAsync(End, ReadOnlyMemory<byte>.Empty, cancel);
    }

    /// <summary>Ends, and waits until the other side has ended too: from then on nothing is lost with the connection.</summary>
    public async Task EndBothAsync(CancellationToken cancel)
    {
        await EndAsync(cancel);
        while (await ReadAsync(new byte[HeadLength], cancel) > 0)
        {
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await _signs;
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        // Neither the source of the token nor the semaphore is disposed: a read under way may still ask them.
        if (disposing)
        {
            GiveUp();
            _close();
        }
        base.Dispose(disposing);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Nothing to do: nothing that was written waits here.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask<int> ReadSomeAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel, _gone.Token);
        limited.CancelAfter(_patience.Silence);
        try
        {
            var read = await _raw.ReadAsync(buffer, limited.Token);
            return read > 0 ? read : throw Failed("the connection ended before it did");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Failed(_gone.IsCancellationRequested ? "it is closed" : $"nothing was heard for {_patience.Silence.TotalSeconds:0.#} s");
        }
        catch (Exception) when (GiveUp())
        {
            throw;
        }
    }

    private async ValueTask SayAsync(int head, ReadOnlyMemory<byte> piece, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel, _gone.Token);
        var mine = false;
        try
        {
            await _writing.WaitAsync(limited.Token);
            mine = true;
            if (_ended)
                throw new InvalidOperationException("This side of the channel has ended.");
            _ended = head == End;
            BinaryPrimitives.WriteInt32LittleEndian(_out, head);
            piece.CopyTo(_out.AsMemory(HeadLength));
            await _wire.WriteAsync(_raw, _out.AsMemory(0, HeadLength + piece.Length), limited.Token);
            await _raw.FlushAsync(limited.Token);
            _wroteAt = _time.GetTimestamp();
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Failed("it is closed");
        }
        catch (Exception e) when (e is not InvalidOperationException && GiveUp())
        {
            throw;
        }
        finally
        {
            if (mine)
                _writing.Release();
        }
    }

    /// <summary>While something else is being written, that is the sign.</summary>
    private async Task GiveSignsAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(_patience.Signs, _time);
            while (await timer.WaitForNextTickAsync(_gone.Token) && !_ended)
            {
                if (_writing.CurrentCount > 0 && _time.GetElapsedTime(_wroteAt) >= _patience.Signs)
                    await SayAsync(StillHere, ReadOnlyMemory<byte>.Empty, _gone.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // Closed, ended meanwhile, or broken: who reads or writes finds out.
        }
    }

    private IOException Failed(string cause)
    {
        GiveUp();
        return new IOException($"The channel to the other worker failed: {cause}.");
    }

    private bool GiveUp()
    {
        _gone.Cancel();
        return true;
    }
}

/// <param name="Signs">How often a side that says nothing gives a sign of life.</param>
/// <param name="Silence">After how long without one the other side counts as gone.</param>
public sealed record ChannelPatience(TimeSpan Signs, TimeSpan Silence)
{
    public static readonly ChannelPatience Usual = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));
}
