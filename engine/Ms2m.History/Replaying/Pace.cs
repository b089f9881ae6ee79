namespace Ms2m.History.Replaying;

/// <summary>When a stored event is due again: in its original distance from the first, divided by the speed.</summary>
/// <param name="speed">2 is twice as fast; 0 is at once.</param>
public sealed class Pace(double speed)
{
    private DateTimeOffset? _first;
    private TimeSpan _latest;

    /// <summary>Since the beginning of the replay. Never before the event that was asked about last: the order of the log stands
    /// above its clocks.</summary>
    public TimeSpan Due(DateTimeOffset original)
    {
        _first ??= original;
        var due = speed <= 0 ? TimeSpan.Zero : (original - _first.Value) / speed;
        return _latest = due > _latest ? due : _latest;
    }
}
