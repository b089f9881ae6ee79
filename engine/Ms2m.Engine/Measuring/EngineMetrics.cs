using System.Diagnostics.Metrics;
using Ms2m.Migrations;

namespace Ms2m.Engine.Measuring;

/// <summary>Everything that this engine counts and measures, under the names that Prometheus gets. Counters and histograms
/// are of this process alone; gauges are looked up in the store, and the same on every engine.</summary>
public sealed class EngineMetrics : IDisposable
{
    private static readonly double[] _seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800];
    private static readonly double[] _shortSeconds = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60];
    private static readonly Phase[] _outcomes = [Phase.Completed, Phase.RolledBack, Phase.Failed, Phase.Cancelled, Phase.Rejected];
    private static readonly string[] _reasons = ["sender", "type", "request"];
    private readonly Counter<long> _started;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _retried;
    private readonly Counter<long> _setAside;
    private readonly Histogram<double> _phase;
    private readonly Histogram<double> _total;
    private readonly Histogram<double> _interruption;

    public EngineMetrics()
    {
        _started = Meter.CreateCounter<long>("ms2m_migrations_started_total", null, "Migrations that were requested, also those that were then rejected.");
        _ended = Meter.CreateCounter<long>("ms2m_migrations_ended_total", null, "Migrations that have ended, by outcome.");
        _sent = Meter.CreateCounter<long>("ms2m_messages_sent_total", null, "Messages handed to the broker and confirmed by it, by who gets them; repeats count again.");
        _retried = Meter.CreateCounter<long>("ms2m_step_retries_total", null, "Attempts of a step after its first, by step.");
        _setAside = Meter.CreateCounter<long>("ms2m_messages_set_aside_total", null, "Messages that were refused and kept, by reason.");
        _phase = Histogram("ms2m_phase_duration_seconds", "How long a phase of an ended migration lasted.", _seconds);
        _total = Histogram("ms2m_migration_duration_seconds", "From the request of a migration to its end, by outcome.", _seconds);
        _interruption = Histogram("ms2m_interruption_seconds", "Longest time of a migration in which nobody can have applied a new message.", _shortSeconds);
        Gauge("ms2m_store_up", "1 while the store answers; without it the other gauges are left out.", look => look is null ? 0 : 1);
        Gauge("ms2m_migrations_in_flight", "Migrations that have a slot and have not ended.", look => look?.InFlight);
        Gauge("ms2m_migrations_queued", "Migrations that wait for their turn.", look => look?.Queued);
        Gauge("ms2m_outbox_messages", "Messages that are decided and not yet known to be with the broker.", look => look?.OutboxMessages);
        Gauge("ms2m_outbox_oldest_age_seconds", "Age of the oldest of them; 0 when there is none.", look => look?.OutboxOldestSeconds);
        Gauge("ms2m_read_side_lag_events", "Positions of the log that the read models have not come to yet.", look => look?.ReadSideLag);
        Gauge("ms2m_nodes_up", "Nodes that report.", look => look?.NodesUp);
        Gauge("ms2m_nodes", "Nodes that have ever reported.", look => look?.Nodes);
    }

    public Meter Meter { get; } = new("Ms2m.Engine");

    /// <summary>What the gauges say; null while the store does not answer. Set by whoever is about to read them.</summary>
    public StoreLook? Look { get; set; }

    /// <summary>Says zero where nothing has happened yet: a series that appears with its first event hides that event from
    /// <c>rate()</c>.</summary>
    public void SayZero()
    {
        foreach (var outcome in _outcomes)
        {
            _ended.Add(0, Outcome(outcome));
        }

        foreach (var reason in _reasons)
        {
            _setAside.Add(0, Tag("reason", reason));
        }

        _started.Add(0);
    }

    public void Started() => _started.Add(1);

    public void Ended(Phase outcome) => _ended.Add(1, Outcome(outcome));

    public void Sent(string to) => _sent.Add(1, Tag("to", to));

    public void Retried(string step) => _retried.Add(1, Tag("step", step));

    /// <param name="reason">One of a few words: it becomes a series.</param>
    public void SetAside(string reason) => _setAside.Add(1, Tag("reason", reason));

    public void Lasted(Phase phase, double ms) => _phase.Record(ms / 1000, Tag("phase", phase.ToString()));

    public void Took(Phase outcome, double ms) => _total.Record(ms / 1000, Outcome(outcome));

    public void Interrupted(double ms) => _interruption.Record(ms / 1000);

    public void Dispose() => Meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static KeyValuePair<string, object?> Outcome(Phase outcome) => Tag("outcome", outcome.ToString());

    private Histogram<double> Histogram(string name, string description, double[] bounds) => Meter.CreateHistogram(
        name, null, description, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private void Gauge(string name, string description, Func<StoreLook?, double?> value) => Meter.CreateObservableGauge(
        name, () => value(Look) is { } one ? [new Measurement<double>(one)] : Array.Empty<Measurement<double>>(), null, description);
}
