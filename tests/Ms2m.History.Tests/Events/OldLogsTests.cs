using Ms2m.Contracts;
using Ms2m.EventLog;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Ms2m.History.Tests.Lab;
using Ms2m.History.Verifying;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.History.Tests.Events;

/// <summary>What any version has written, this one reads, and understands as that one did.</summary>
public sealed class OldLogsTests
{
    private static readonly EventTypes _types = MigrationEvents.Register(new EventTypes());

    public static TheoryData<string> Logs => [.. OldLog.Names];

    public static TheoryData<string, string> Stories => new()
    {
        { "2026-11-20-cancel-refused", "Pending Checkpointing Transferring RollingBack → Cancelled" },
        { "2026-11-20-cancelled", "Pending Checkpointing RollingBack → Cancelled" },
        { "2026-11-20-completed-first", "Pending Checkpointing Transferring Restoring Replaying Finalizing → Completed" },
        { "2026-11-20-failed", "Pending Checkpointing Transferring Restoring Replaying Finalizing RollingBack → Failed" },
        { "2026-11-20-failover", "Pending Checkpointing Transferring Restoring Finalizing → Completed" },
        { "2026-11-20-rejected", "→ Rejected" },
        { "2026-11-20-unreadable", "→ Rejected" },
        { "2026-11-21-completed-last", "Pending Checkpointing Transferring Restoring Replaying Finalizing → Completed" },
        { "2026-11-21-failover-last", "Pending Checkpointing Transferring Restoring Replaying Finalizing → Completed" },
        { "2026-11-21-granted-first", "Pending Checkpointing Transferring Restoring Replaying Finalizing → Completed" },
        { "2026-11-21-overdue", "Pending Checkpointing Transferring Restoring Replaying Finalizing → Completed" },
        { "2026-11-21-queued", "Pending Checkpointing Transferring Restoring Replaying Finalizing → Completed" },
        { "2026-11-21-retried", "Pending Checkpointing Transferring Restoring Replaying Finalizing → Completed" },
        { "2026-11-21-rolled-back", "Pending Checkpointing Transferring Restoring RollingBack → RolledBack" },
        { "2026-11-21-sealed", "Pending Checkpointing Transferring Restoring Replaying Finalizing → Completed" },
        { "2026-11-21-sealed-cancelled", "Pending Checkpointing RollingBack → Cancelled" },
    };

    [Theory]
    [MemberData(nameof(Logs))]
    public void every_law_of_the_log_holds_for_it(string name)
    {
        var rows = OldLog.Read(name);
        var fold = Fold(rows);
        var stream = new StreamUnderTest(rows[0].StreamId, rows.Count, rows, SagaOf(rows[^1], fold), null, 0, Archived: false);

        Assert.Empty(new StreamCheck(_types).Check(stream));
    }

    [Theory]
    [MemberData(nameof(Stories))]
    public void its_story_is_told_as_it_was(string name, string story)
    {
        var view = Fold(OldLog.Read(name)).View(default);

        Assert.Equal(story, $"{string.Join(' ', view.Phases.Select(phase => phase.Name).Where(phase => phase != view.Phase))} → {view.Phase}".TrimStart());
    }

    [Fact]
    public void each_of_them_is_told() => Assert.Equal(OldLog.Names, Stories.Select(row => (string)row[0]).Order(StringComparer.Ordinal));

    [Fact]
    public void a_freeze_of_unknown_length_was_written_as_zero_and_is_read_as_unknown()
    {
        const string old = """{"MigrationId":"01a1fb09-21fd-7c08-ac94-ecee3293fa9c","Step":"take-checkpoint","Attempt":1,"Node":"node-a","FrozenMs":0,"DumpMs":180.5}""";

        var (data, alias, version) = _types.Read("checkpoint_taken", old);

        Assert.Equal(("checkpoint_taken", 1), (alias, version));
        Assert.Null(((CheckpointTaken)data).FrozenMs);
        Assert.Equal(180.5, ((CheckpointTaken)data).DumpMs);
    }

    [Fact]
    public void a_new_one_says_so_in_its_name_and_is_not_touched()
    {
        var taken = new CheckpointTaken(Guid.NewGuid(), "take-checkpoint", 1, "node-a", 0, 1);

        Assert.Equal("checkpoint_taken_v2", _types.AliasOf(typeof(CheckpointTaken)));
        Assert.Equal(
            (taken, "checkpoint_taken", 2),
            ((CheckpointTaken, string, int))_types.Read("checkpoint_taken_v2", EventJson.Write(taken, typeof(CheckpointTaken))));
    }

    private static string SagaOf(StoredEvent last, MigrationFold fold) => EventJson.Write(
        new Saga(
            MigrationTimeline.PhaseOf(fold.State).ToString(), fold.Version,
            EventFacts.Of(RecordedEvent.Of(last, _types)).Digest, fold.State),
        typeof(Saga));

    private static MigrationFold Fold(IReadOnlyList<StoredEvent> rows)
    {
        var fold = new MigrationFold(rows[0].StreamId);
        foreach (var row in rows.Select(row => RecordedEvent.Of(row, _types)))
        {
            fold.Add((IMigrationMessage)row.Data, row.Timestamp);
        }

        return fold;
    }

    /// <summary>As the engine keeps it.</summary>
    private sealed record Saga(string CurrentState, long StreamVersion, string? StreamDigest, MigrationState State);
}
