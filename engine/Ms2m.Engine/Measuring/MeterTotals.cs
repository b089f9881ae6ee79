using System.Diagnostics.Metrics;

namespace Ms2m.Engine.Measuring;

/// <summary>Adds up what one meter's instruments say, from the moment it is made.</summary>
public sealed class MeterTotals : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public MeterTotals(EngineMetrics metrics)
    {
        // Of this engine only: a process may hold several.
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == metrics.Meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
        metrics.SayZero();
    }

    /// <summary>Everything as it is now, in the order of the names.</summary>
    public IReadOnlyList<Family> Read()
    {
        lock (_lock)
        {
            foreach (var gauge in _families.Values.Where(family => family.Kind == Kind.Gauge))
            {
                gauge.Series.Clear();
            }

            _listener.RecordObservableInstruments();
            return [.. _families.Values.Select(family => family.Copy())];
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // The lock may be held already: gauges are recorded by Read itself.
        lock (_lock)
        {
            if (!_families.TryGetValue(instrument.Name, out var family))
            {
                _families[instrument.Name] = family = Family.Of(instrument);
            }

            family.Add(value, tags);
        }
    }
}
