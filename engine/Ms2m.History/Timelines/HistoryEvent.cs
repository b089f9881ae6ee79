using System.Text.Json.Serialization;
using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Ms2m.Migrations;

namespace Ms2m.History.Timelines;

/// <summary>One event of a migration, with what can be said of it only when the events before it are known.</summary>
/// <param name="SinceMs">Since the migration's first event; see <see cref="RunClock"/>.</param>
/// <param name="Decision">Which decision of the engine recorded it, counted from 0. Events of one decision are stored together
/// and have the same time; the first of them is, or follows from, the message that was decided upon.</param>
/// <param name="After">The state with this event folded in.</param>
/// <param name="Phase">The phase people see in that state.</param>
public sealed record HistoryEvent(
    RecordedEvent Recorded,
    IMigrationMessage Data,
    EventFacts Facts,
    double SinceMs,
    int Decision,
    [property: JsonIgnore] MigrationState After,
    Phase Phase)
{
    /// <summary>Position in the migration's stream, from 1.</summary>
    public long Number => Recorded.Version;

    public string Type => Recorded.Alias;
}
