using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Ms2m.Contracts;
using Ms2m.Migrations.Tests.Queueing;
using Ms2m.Migrations.Tests.Stories;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations.Tests.Laws;

/// <summary>Messages come twice, late, early, or never. Whatever the order, these hold.</summary>
public class AnyOrderOfInputs
{
    /// <summary>Mostly the happy path, with anything else thrown in anywhere.</summary>
    public static Arbitrary<IMigrationMessage[]> Inputs()
    {
        var steps = StepsOfThePlan();
        var noise = Gen.OneOf(
            Gen.Elements(Story.HappyPath.ToArray()),
            from step in Gen.Elements(steps)
            from attempt in Gen.Choose(1, 3)
            select (IMigrationMessage)new StepOverdue(Story.Id, step, attempt),
            from step in Gen.Elements(steps)
            from attempt in Gen.Choose(1, 3)
            from retryable in Gen.Elements(true, false)
            select (IMigrationMessage)new StepFailed(
                Story.Id, step, attempt, "node", new Failure("X", "x", "x"), retryable),
            Gen.Constant((IMigrationMessage)new CancelMigration(Story.Id)),
            Gen.Constant((IMigrationMessage)new InstanceExited(Story.Id, "orders-1", "node-a", 137)),
            Gen.Constant((IMigrationMessage)new InstanceExited(Story.Id, Story.Shadow, "node-b", null)),
            Gen.Constant((IMigrationMessage)new SourceRevoked(Story.Id, StepNames.RevokeSource, 1)),
            Gen.Elements<IMigrationMessage>(
                Story.Ask(line: Waiting.Full), Waiting.Turn(), Waiting.Turn(Waiting.Full), new QueueOverdue(Story.Id)),
            Gen.Constant((IMigrationMessage)new HandoffBroken(Story.Id, Story.Shadow, new Failure("X", "x", "x"))));
        var generator =
            from length in Gen.Choose(0, Story.HappyPath.Count)
            from extra in Gen.ListOf(noise)
            from places in Gen.ListOf(Gen.Choose(0, 1000), extra.Count)
            select Mix(Story.HappyPath.Take(length), extra, places);
        return generator.ToArbitrary();
    }

    [Fact]
    public void folding_the_events_gives_the_state_that_decided() => ForAny(2000, inputs =>
    {
        var story = new Story().Tell(inputs);

        Assert.Equal(JsonSerializer.Serialize(story.State), JsonSerializer.Serialize(Migration.Fold(story.Events)));
    });

    [Fact]
    public void nothing_is_undone_after_the_commit_and_nothing_promoted_before_it() => ForAny(2000, inputs =>
    {
        var committed = false;
        var story = new Story();
        foreach (var input in inputs)
        {
            story.Tell(input);
            committed |= story.Last.Events.Any(e => e is PromotionCommitted);
            Assert.All(story.Last.Messages, sent =>
            {
                Assert.False(committed && sent.Message is ResumeSource or RemoveInstance { Step: StepNames.RemoveTarget });
                Assert.False(!committed && sent.Message is PromoteShadow or RemoveInstance { Step: StepNames.RemoveSource });
            });
        }
    });

    [Fact]
    public void the_last_copy_is_never_removed() => ForAny(2000, inputs =>
    {
        var story = new Story();
        foreach (var input in inputs)
        {
            story.Tell(input);
            if (story.State is Moving { Facts: { SourceGone: true, CopyAtTarget: true } } or Ended { Outcome: Phase.Failed })
            {
                Assert.DoesNotContain(story.Last.Messages, sent =>
                    sent.Message is RemoveInstance or RevokeShadow or CloseReplay or DiscardCheckpoint);
            }
        }
    });

    [Fact]
    public void no_rollback_removes_a_copy_before_the_source_was_asked() => ForAny(2000, inputs =>
    {
        var story = new Story().Tell(inputs);
        var removed = story.Sent.FindIndex(sent => sent.Message is RemoveInstance { Step: StepNames.RemoveTarget });
        var taken = story.Sent.FindIndex(sent => sent.Message is TakeCheckpoint);

        Assert.True(removed < 0 || taken < 0 || story.Events.Any(e => e is InstanceExited { InstanceId: var dead } && dead == Story.Shadow)
            || story.Events.Any(e => e is InstanceExited { InstanceId: "orders-1" })
            || story.Sent.FindIndex(sent => sent.Message is PrepareSource { Step: StepNames.ConfirmSource }) is >= 0 and var asked && asked < removed);
    });

    [Fact]
    public void no_migration_is_completed_without_a_verified_handoff_or_a_revoked_source() => ForAny(2000, inputs =>
    {
        var story = new Story().Tell(inputs);

        Assert.True(story.State is not Ended { Outcome: Phase.Completed } || story.Events.Any(e => e is HandoffVerified)
            || (story.Events.Any(e => e is SourceLost) && story.Events.Any(e => e is SourceRevoked)));
    });

    [Fact]
    public void the_timers_alone_bring_every_migration_to_an_end() => ForAny(1000, inputs =>
    {
        var story = new Story().Tell([Story.Ask(), .. inputs]);
        for (var turn = 0; story.State is not Ended; turn++)
        {
            Assert.True(turn < 200, $"Still {story.State} after 200 timers.");
            var due = story.Sent.OfType<Outgoing.AtTime>().OrderBy(timer => timer.DueAt).ToArray();
            story.Sent.Clear();
            Assert.NotEmpty(due);
            foreach (var timer in due)
            {
                story.Now = timer.DueAt > story.Now ? timer.DueAt : story.Now;
                story.Tell(timer.Message);
            }
        }
    });

    [Fact]
    public void nothing_is_sent_to_anybody_while_it_waits() => ForAny(1000, inputs =>
    {
        var story = new Story();
        foreach (var input in inputs)
        {
            story.Tell(input);
            Assert.True(story.State is not Queued || story.Last.Messages.All(sent => sent is Outgoing.AtTime));
        }
    });

    [Fact]
    public void the_state_survives_being_stored() => ForAny(1000, inputs =>
    {
        var state = new Story().Tell(inputs).State;
        var stored = JsonSerializer.Serialize(state);

        Assert.Equal(stored, JsonSerializer.Serialize(JsonSerializer.Deserialize<MigrationState>(stored)));
    });

    private static void ForAny(int tests, Action<IMigrationMessage[]> law) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(tests), Prop.ForAll(Inputs(), law));

    private static string[] StepsOfThePlan() =>
        [.. new Story().Tell([.. Story.HappyPath]).Events.OfType<StepStarted>().Select(started => started.Step).Distinct()];

    private static IMigrationMessage[] Mix(
        IEnumerable<IMigrationMessage> path, IEnumerable<IMigrationMessage> extra, IEnumerable<int> places)
    {
        var mixed = path.ToList();
        foreach (var (input, place) in extra.Zip(places))
        {
            mixed.Insert(place % (mixed.Count + 1), input);
        }

        return [.. mixed];
    }
}
