using Ms2m.Contracts;
using Ms2m.Migrations.Plans;
using Ms2m.Migrations.Tests.Stories;

namespace Ms2m.Migrations.Tests.Strategies;

/// <summary>What holds for every strategy there is, whatever fails, is cancelled or is never answered.</summary>
public class EveryStrategy
{
    [Theory]
    [MemberData(nameof(Variant.All), MemberType = typeof(Variant))]
    public void moves_the_workload_and_leaves_nothing(Variant variant)
    {
        var course = new Course(variant).Run();

        Assert.Equal(Phase.Completed, course.End.Outcome);
        Assert.Empty(((MigrationCompleted)course.Story.Events[^1]).Leftovers);
        Assert.Equal((Life.Absent, Life.Serves), (course.World.Source, course.World.Target));
        Assert.DoesNotContain("R", course.World.Things);
        Assert.DoesNotContain("J", course.World.Things);
        Assert.False(course.World.EmptyOneMade);
        Assert.Equal(variant.Owner is null ? "orders-1" : Story.Shadow, course.World.Owned);
    }

    [Theory]
    [MemberData(nameof(Variant.All), MemberType = typeof(Variant))]
    public void never_lets_two_serve(Variant variant)
    {
        foreach (var says in Enum.GetValues<Says>())
        {
            ForEachCommand(variant, says, course =>
                Assert.False(course.World is { Source: Life.Serves, Target: Life.Serves }, Told(course)));
        }
    }

    [Theory]
    [MemberData(nameof(Variant.All), MemberType = typeof(Variant))]
    public void gives_the_workload_back_when_a_step_fails(Variant variant) => ForEachCommand(variant, Says.Fails, atTheEnd: EndsWell);

    [Theory]
    [MemberData(nameof(Variant.All), MemberType = typeof(Variant))]
    public void gives_the_workload_back_when_a_step_is_never_answered(Variant variant) =>
        ForEachCommand(variant, Says.Nothing, atTheEnd: EndsWell);

    [Theory]
    [MemberData(nameof(Variant.All), MemberType = typeof(Variant))]
    public void gives_the_workload_back_when_a_step_is_done_and_its_answer_is_lost(Variant variant) =>
        ForEachCommand(variant, Says.DoneUnheard, atTheEnd: EndsWell);

    [Theory]
    [MemberData(nameof(Variant.All), MemberType = typeof(Variant))]
    public void can_be_cancelled_at_any_step_before_the_commit(Variant variant) =>
        ForEachCommand(variant, Says.Cancelled, atTheEnd: course =>
        {
            EndsWell(course);
            Assert.True(course.End.Outcome is Phase.Cancelled or Phase.Completed or Phase.Rejected, Told(course));
            Assert.Equal(course.Committed, course.End.Outcome == Phase.Completed);
        });

    [Theory]
    [MemberData(nameof(Variant.All), MemberType = typeof(Variant))]
    public void commits_only_with_the_proof_that_its_strategy_asks_for(Variant variant)
    {
        var course = new Course(variant).Run();

        var proof = course.Story.Events[course.Story.Events.FindIndex(e => e is PromotionCommitted) - 1];
        var facts = Migration.FactsOf(Migration.Fold(course.Story.Events.TakeWhile(e => e is not PromotionCommitted)))!;
        Assert.Equal(PlanCatalogue.Find(facts.Request)!.Proof(facts).By, proof);
    }

    [Theory]
    [InlineData("shadow", typeof(HandoffVerified))]
    [InlineData("sequential", typeof(HandoffVerified))]
    [InlineData("live", typeof(CopyVerified))]
    [InlineData("cold", typeof(StateLeftBehind))]
    public void says_in_the_log_what_was_proven(string strategy, Type proof)
    {
        var course = new Course(new Variant(strategy, TransferMode.Direct, HasQueue: strategy != "live")).Run();

        Assert.Single(course.Story.Events, e => e.GetType() == proof);
    }

    [Theory]
    [MemberData(nameof(Variant.Whole), MemberType = typeof(Variant))]
    public void never_removes_the_target_of_a_source_that_died_after_it_was_copied(Variant variant) => ForEachCommand(
        variant, Says.SourceDies, atTheEnd: course =>
        {
            // The memory had arrived, so nothing is lost for good: the copy serves, or is kept for somebody to look at.
            var arrived = course.Story.Events.Any(e => e is TransferCompleted);
            Assert.True(!arrived || course.World.Target != Life.Absent, Told(course));
            Assert.True(course.World.Source != Life.Dead || course.End.Outcome is Phase.Failed or Phase.Completed, Told(course));
        });

    [Theory]
    [MemberData(nameof(Variant.Whole), MemberType = typeof(Variant))]
    public void a_source_that_dies_during_the_rollback_is_replaced_by_its_copy_or_said_to_be_lost(Variant variant)
    {
        var commands = new Course(variant).Run().Commands.Count;
        foreach (var (cancelAt, later) in from at in Enumerable.Range(0, commands) from later in Enumerable.Range(1, 4) select (at, later))
        {
            var (course, count) = ((Course?)null, -1);
            course = new Course(variant)
            {
                Trouble = command => ++count == cancelAt ? [.. course!.World.Do(command), new CancelMigration(command.MigrationId)]
                    : count == cancelAt + later ? Enumerable.Reverse(Dies(course!, command))
                    : null,
            };
            course.Run();

            // What happens after the end is no migration's any more.
            var died = course.Story.Events.Any(e => e is InstanceExited);
            Assert.True(!course.Committed || course.World.Target == Life.Serves, Told(course));
            // As an instance, or as the checkpoint that arrived.
            Assert.True(!course.End.Kept || course.World.Things.Contains("reservation"), Told(course));
            Assert.True(!died || course.Committed || course.End.Outcome == Phase.Failed, Told(course));
        }
    }

    [Theory]
    [MemberData(nameof(Variant.Whole), MemberType = typeof(Variant))]
    public void a_source_whose_death_nobody_tells_never_costs_the_last_copy(Variant variant)
    {
        var commands = new Course(variant).Run().Commands;
        foreach (var at in Enumerable.Range(0, commands.Count))
        {
            var (course, count) = ((Course?)null, -1);
            course = new Course(variant)
            {
                Trouble = command =>
                {
                    if (++count != at)
                    {
                        return null;
                    }

                    // It dies in silence, and in the same moment somebody cancels.
                    var said = course!.World.Do(command).ToList();
                    if (course.World.Source == Life.Absent)
                    {
                        return said;
                    }

                    course.World.KillSource();
                    return [.. said, new CancelMigration(command.MigrationId)];
                },
            };
            course.Run();

            var arrived = course.Story.Events.Any(e => e is TransferCompleted);
            var stoodStill = course.Story.Events.Any(e => e is StepStarted { Step: StepNames.ThawSource });
            // Dead it can serve again only where its checkpoint has brought it back.
            Assert.True(!(arrived && stoodStill) || course.World.Things.Contains("reservation") || course.World.Source == Life.Serves, Told(course));
            Assert.True(course.World.Source != Life.Dead || course.Committed || course.End.Outcome != Phase.Completed, Told(course));
        }
    }

    [Theory]
    [MemberData(nameof(Variant.All), MemberType = typeof(Variant))]
    public void two_never_serve_even_when_a_target_that_has_begun_cannot_be_reached_any_more(Variant variant)
    {
        Course? course = null;
        course = new Course(variant)
        {
            Watch = () => Assert.False(course!.World is { Source: Life.Serves, Target: Life.Serves }, Told(course)),
            Trouble = command => command switch
            {
                StartInstance or RestoreShadow => Unheard(course!, command),
                RemoveInstance { Step: StepNames.RemoveTarget } => [],
                _ => null,
            },
        };
        course.Run();

        Assert.False(course.Committed);
        Assert.True(course.World.Source == Life.Serves || course.End.Outcome == Phase.Failed && Named(course), Told(course));
    }

    [Theory]
    [MemberData(nameof(Variant.Lazy), MemberType = typeof(Variant))]
    public void a_copy_never_outlives_the_memory_that_it_still_needs(Variant variant) => ForEachCommand(
        variant, Says.SourceDies, atTheEnd: course =>
        {
            // All of it came, or nobody serves, and the result says which.
            Assert.True(course.World.Target == (course.World.AllPagesThere ? Life.Serves : Life.Absent), Told(course));
            Assert.True(course.World.AllPagesThere == (course.End.Outcome == Phase.Completed), Told(course));
            Assert.True(course.World.Source != Life.Dead || course.End is { Outcome: Phase.Failed, Kept: false }, Told(course));
            Assert.True(course.Committed || course.World.Things.Count == 0, Told(course));
        });

    private static void EndsWell(Course course)
    {
        // Past the commit what cannot be done is named; before it the source serves as if nothing had been asked.
        var served = course.Committed ? course.World.Target : course.World.Source;
        var essential = course.End is { Outcome: Phase.Failed, Kept: true };
        Assert.True(served == Life.Serves || essential || course.End.Outcome == Phase.Failed && Named(course), Told(course));
        if (!course.Committed && course.End.Outcome is Phase.RolledBack or Phase.Cancelled && Leftovers(course).Count == 0)
        {
            Assert.Equal("orders-1", course.World.Owned);
            Assert.Equal(Life.Absent, course.World.Target);
            Assert.Empty(course.World.Things);
        }
    }

    // A source that stands still and cannot be reached is the one thing that nobody can mend from here.
    private static bool Named(Course course) =>
        Leftovers(course).Any(name => name is StepNames.ThawSource or StepNames.ResumeSource
            or StepNames.ConfirmRevival or StepNames.SettleName or StepNames.ReviveSource);

    internal static IReadOnlyList<string> Leftovers(Course course) => course.Story.Events[^1] switch
    {
        MigrationFailed failed => failed.Leftovers,
        MigrationRolledBack back => back.Leftovers,
        MigrationCancelled cancelled => cancelled.Leftovers,
        MigrationCompleted completed => completed.Leftovers,
        _ => [],
    };

    private enum Says
    {
        Fails,
        Nothing,
        DoneUnheard,
        Cancelled,
        SourceDies,
    }

    /// <summary>One course for each command that the undisturbed one has, with trouble at that command.</summary>
    private static void ForEachCommand(
        Variant variant, Says says, Action<Course>? watch = null, Action<Course>? atTheEnd = null)
    {
        var commands = new Course(variant).Run().Commands;
        for (var at = 0; at < commands.Count; at++)
        {
            var (struck, course) = (commands[at], (Course?)null);
            var count = -1;
            course = new Course(variant)
            {
                Watch = () => watch?.Invoke(course!),
                Trouble = command =>
                {
                    count++;
                    var isIt = command is IStepMessage one && struck is IStepMessage other && one.Step == other.Step;
                    return (says, isIt) switch
                    {
                        (Says.Fails, true) => [Failed((IStepMessage)command)],
                        (Says.Nothing, true) => [],
                        (Says.DoneUnheard, true) => Unheard(course!, command),
                        (Says.Cancelled, _) when count == at => [.. course!.World.Do(command), new CancelMigration(command.MigrationId)],
                        (Says.SourceDies, _) when count == at => Dies(course!, command),
                        _ => null,
                    };
                },
            };
            course.Run();
            atTheEnd?.Invoke(course);
        }
    }

    private static IEnumerable<IMigrationMessage> Unheard(Course course, IMigrationMessage command)
    {
        _ = course.World.Do(command).Count();
        return [];
    }

    private static List<IMigrationMessage> Dies(Course course, IMigrationMessage command)
    {
        var said = course.World.Do(command).ToList();
        if (course.World.Source == Life.Absent)
        {
            return said;
        }

        course.World.KillSource();
        return [.. said, new InstanceExited(command.MigrationId, "orders-1", "node-a", 137)];
    }

    internal static StepFailed Failed(IStepMessage command, string code = "X") => new(
        command.MigrationId, command.Step, command.Attempt,
        command switch
        {
            TakeCheckpoint or PreCopy or FreezeInstance or ThawInstance or DiscardCheckpoint or ReviveSource => "node-a",
            RemoveInstance { Step: StepNames.RemoveSource } => "node-a",
            ReserveTarget or RestoreShadow or StartInstance or ActivateInstance or CollectPages or RemoveInstance => "node-b",
            _ => Names.Engine,
        },
        new Failure(code, "it does not work", "none"), Retryable: false);

    internal static string Told(Course course) =>
        $"{course.World.Source}, {course.World.Target}, {course.Story.State.GetType().Name}: {string.Join(" ", course.Story.Events.Select(e => e.GetType().Name))}";
}
