namespace Ms2m.NodeWorker.Transfer.Wire;

/// <summary>The way onto the wire of one transfer, over all its connections: as slow as was asked for, and measured.</summary>
internal sealed class PacedWire(long? maxBytesPerSecond, TimeProvider time)
{
    private readonly TokenBucket? _bucket = maxBytesPerSecond is { } limit ? new TokenBucket(limit, time) : null;
    private readonly Rate _link = new();

    /// <summary>All that was written, also what was written again after a break.</summary>
    public long Bytes { get; private set; }

    public long? FirstByteAt { get; private set; }

    /// <summary>What the wire takes, in bytes a second; null while nothing has gone over it.</summary>
    public double? Speed => _link.BytesPerSecond is { } seen ? Math.Min(seen, maxBytesPerSecond ?? double.MaxValue) : null;

    /// <summary>What the other side had to say for it.</summary>
    public void AlsoWent(long bytes) => Bytes += bytes;

    public async ValueTask WriteAsync(Stream to, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        FirstByteAt ??= time.GetTimestamp();
        while (bytes.Length > 0)
        {
            var slice = bytes[..Math.Min(bytes.Length, _bucket?.Slice ?? bytes.Length)];
            if (_bucket?.Take(slice.Length) is { Ticks: > 0 } owed)
                await Task.Delay(owed, time, cancel);
            Bytes += slice.Length;
            var since = time.GetTimestamp();
            await to.WriteAsync(slice, cancel);
            _link.Saw(slice.Length, time.GetElapsedTime(since));
            bytes = bytes[slice.Length..];
        }
    }
}
