namespace Ms2m.NodeWorker.Transfer.Wire;

/// <summary>A speed as seen lately: each new measurement counts more than those before it.</summary>
internal sealed class Rate
{
    /// <summary>What a former measurement weighs for each later one. A change of speed is half believed after seven.</summary>
    private const double Fading = 0.9;

    private readonly Lock _lock = new();
    private double _bytes;
    private double _seconds;

    /// <summary>In bytes a second; null before the first measurement.</summary>
    public double? BytesPerSecond
    {
        get
        {
            lock (_lock)
                return _bytes > 0 ? _bytes / Math.Max(_seconds, 1e-9) : null;
        }
    }

    public void Saw(long bytes, TimeSpan took)
    {
        lock (_lock)
        {
            _bytes = _bytes * Fading + bytes;
            _seconds = _seconds * Fading + took.TotalSeconds;
        }
    }
}
