namespace Ms2m.NodeWorker.Transfer.Wire;

/// <summary>So many bytes a second, and no more than a tenth of a second's worth at once.</summary>
internal sealed class TokenBucket(long bytesPerSecond, TimeProvider time)
{
    private const double Burst = 0.1;

    /// <summary>Shorter waits are not worth a timer: they are made up for by the next one.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);

    private readonly double _most = Math.Max(bytesPerSecond * Burst, 1);
    private double _tokens = Math.Max(bytesPerSecond * Burst, 1);
    private long _filledAt = time.GetTimestamp();

    /// <summary>How much goes onto the wire in one piece.</summary>
    public int Slice { get; } = (int)Math.Clamp(bytesPerSecond / 20, 1024, 64 * 1024);

    /// <summary>Takes tokens, also those that are not there yet; gives how long to wait for them.</summary>
    public TimeSpan Take(int bytes)
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(_most, _tokens + time.GetElapsedTime(_filledAt, now).TotalSeconds * bytesPerSecond) - bytes;
        _filledAt = now;
        var owed = TimeSpan.FromSeconds(Math.Max(0, -_tokens / bytesPerSecond));
        return owed < Shortest ? TimeSpan.Zero : owed;
    }
}
