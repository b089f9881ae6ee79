using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Ms2m.Migrations;

namespace Ms2m.History.Verifying;

/// <summary>All that is stored of one migration, as one transaction sees it.</summary>
/// <param name="Version">As the row of the stream says.</param>
/// <param name="Saga">JSON of the stored saga; absent where there is none.</param>
/// <param name="Row">Its row in the read model; absent where there is none.</param>
/// <param name="Mark">How far the read model has come in the log.</param>
/// <param name="Archived">Archived migrations have no row in the read model.</param>
public sealed record StreamUnderTest(
    Guid Id, long Version, IReadOnlyList<StoredEvent> Events, string? Saga, StoredRow? Row, long Mark, bool Archived)
{
    /// <summary>What the store itself has found wrong with the rows.</summary>
    public IReadOnlyList<(string Rule, string Message)> Oddities { get; init; } = [];

    internal Finding Fault(string rule, StoredEvent? at, string message) => New(Severity.Fault, rule, at, message);

    internal Finding Note(string rule, StoredEvent? at, string message) => New(Severity.Note, rule, at, message);

    private Finding New(Severity severity, string rule, StoredEvent? at, string message) =>
        new(severity, rule, Id, at?.Version, at?.SeqId, at?.Type, message);
}

/// <summary>A row of the read model as it is stored.</summary>
/// <param name="View">JSON.</param>
/// <param name="Faithful">Whether its other columns are what the view says.</param>
public sealed record StoredRow(long Version, long SeqId, string View, bool Faithful = true);

/// <summary>One event of a stream with what it was read as and what it led to.</summary>
internal sealed record FoldedEvent(StoredEvent Stored, IMigrationMessage Event, EventFacts Facts, MigrationState Before, MigrationState After);
