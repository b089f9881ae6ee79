using Ms2m.Contracts;
using Ms2m.Migrations.Tests.Stories;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations.Tests.Queueing;

public class Waiting
{
    private static readonly NodeReported[] Nodes = [Story.Node("node-a", Story.Start, Story.Active()), Story.Node("node-b", Story.Start)];

    /// <summary>Somebody else's migration holds the only slot there is.</summary>
    internal static Line Full { get; } = Line.Empty with
    {
        Running = [new Place(Guid.Parse("99999999-2222-3333-4444-555555555555"), "node-x", "node-y", 0, Story.Start)],
        Limits = new AdmissionLimits(Total: 1),
    };

    internal static TurnCame Turn(Line? line = null, params NodeReported[] nodes) =>
        new(Story.Id, [.. nodes.Length == 0 ? Nodes : nodes], line ?? Line.Empty);

    private static Story Queued() => new Story().Tell(Story.Ask(line: Full));

    [Fact]
    public void a_request_that_may_start_at_once_leaves_no_trace_of_a_queue()
    {
        var story = new Story().Tell(Story.Ask());

        Assert.IsType<Moving>(story.State);
        Assert.DoesNotContain(story.Events, e => e is MigrationQueued or MigrationAdmitted);
        Assert.DoesNotContain(story.Sent, sent => sent.Message is QueueOverdue);
    }

    [Fact]
    public void a_request_beyond_the_limits_waits_and_touches_nothing()
    {
        var story = Queued();

        Assert.IsType<Queued>(story.State);
        Assert.IsType<MigrationRequested>(story.Events[0]);
        var timer = Assert.IsType<Outgoing.AtTime>(Assert.Single(story.Sent));
        Assert.Equal(Story.Start + TimeSpan.FromHours(1), timer.DueAt);
        Assert.Equal(timer.DueAt, Assert.IsType<MigrationQueued>(story.Events[1]).Deadline);
    }

    [Fact]
    public void it_goes_through_when_its_turn_comes()
    {
        var story = Queued().Tell(Turn()).Tell([.. Story.HappyPath.Skip(1)]);

        Assert.Equal(Phase.Completed, Assert.IsType<Ended>(story.State).Outcome);
        Assert.Single(story.Events.OfType<MigrationAdmitted>());
    }

    [Fact]
    public void a_hint_that_comes_too_early_or_again_changes_nothing()
    {
        var story = Queued().Tell(Turn(Full));
        Assert.Same(Decision.Nothing, story.Last);

        story.Tell(Turn(), Turn());

        Assert.Same(Decision.Nothing, story.Last);
    }

    [Fact]
    public void a_migration_that_ranks_ahead_keeps_the_slot_that_both_want()
    {
        var ahead = new Place(Guid.Parse("00000000-2222-3333-4444-555555555555"), "node-x", "node-y", 5, Story.Start);
        var line = Full with { Running = [], Waiting = [ahead] };

        Assert.Same(Decision.Nothing, Queued().Tell(Turn(line)).Last);
        Assert.IsType<Queued>(new Story().Tell(Story.Ask(line: line)).State);
        Assert.IsType<Moving>(new Story().Tell(Story.Ask(line: line, priority: 6)).State);
    }

    [Fact]
    public void the_facts_are_those_of_the_time_at_which_it_starts()
    {
        var moved = new InstanceReported("orders-9", Story.Orders, InstanceRole.Active, 7, "running", 1 << 20, null);
        var story = Queued().Tell(Turn(
            null, Story.Node("node-a", Story.Start), Story.Node("node-b", Story.Start), Story.Node("node-c", Story.Start, moved)));

        var request = Assert.IsType<Moving>(story.State).Facts.Request;
        Assert.Equal(("node-c", "orders-9", 7L, 1L << 20), (
            request.SourceNode, request.SourceInstance, request.SourceEpoch, request.SourceMemoryBytes));
    }

    [Fact]
    public void a_workload_that_is_on_its_target_by_then_is_not_moved() => AssertRefused("MS2M-0106", Turn(
        null, Story.Node("node-a", Story.Start), Story.Node("node-b", Story.Start, Story.Active())));

    [Fact]
    public void a_workload_that_is_gone_by_then_is_not_moved() => AssertRefused("MS2M-0103", Turn(
        null, Story.Node("node-a", Story.Start), Story.Node("node-b", Story.Start)));

    [Fact]
    public void a_target_that_is_down_by_then_is_not_used() => AssertRefused("MS2M-0105", Turn(
        null, Story.Node("node-a", Story.Start, Story.Active()), Story.Node("node-b", Story.Start - TimeSpan.FromMinutes(1))));

    [Fact]
    public void a_node_that_was_silent_for_a_moment_is_waited_for()
    {
        var silent = Turn(
            null, Story.Node("node-a", Story.Start, Story.Active()), Story.Node("node-b", Story.Start - TimeSpan.FromSeconds(20)));
        var story = Queued().Tell(silent);
        Assert.Same(Decision.Nothing, story.Last);

        Assert.IsType<Moving>(story.Tell(Turn()).State);
    }

    [Fact]
    public void a_source_that_is_down_does_not_wait_for_a_slot_to_be_told() => AssertRefused("MS2M-0105", Turn(
        Full, Story.Node("node-a", Story.Start - TimeSpan.FromMinutes(1), Story.Active()), Story.Node("node-b", Story.Start)));

    [Fact]
    public void the_waiting_has_an_end() => AssertRefused("MS2M-0112", new QueueOverdue(Story.Id));

    [Fact]
    public void a_deadline_that_comes_after_the_start_changes_nothing() =>
        Assert.Same(Decision.Nothing, Queued().Tell(Turn(), new QueueOverdue(Story.Id)).Last);

    [Fact]
    public void a_cancel_ends_it_at_once_and_is_refused_afterwards()
    {
        var story = Queued().Tell(new CancelMigration(Story.Id, "me"));

        var ended = Assert.IsType<Ended>(story.State);
        Assert.Equal((Phase.Cancelled, "MS2M-0401"), (ended.Outcome, ended.Reason?.Code));
        Assert.Empty(story.Last.Messages);
        story.Tell(new CancelMigration(Story.Id), Turn());
        Assert.Equal("MS2M-0404", Assert.IsType<CancelRefused>(story.Events[^1]).Reason.Code);
    }

    private static void AssertRefused(string code, IMigrationMessage input)
    {
        var story = Queued().Tell(input);

        var ended = Assert.IsType<Ended>(story.State);
        Assert.Equal((Phase.Rejected, code), (ended.Outcome, ended.Reason?.Code));
        Assert.Equal("orders", ended.Facts?.Request.Spec.Name);
        Assert.Empty(story.Last.Messages);
    }
}
