using Ms2m.Contracts;
using Ms2m.Migrations.Tests.Stories;
using static Ms2m.Migrations.Tests.Strategies.EveryStrategy;

namespace Ms2m.Migrations.Tests.Strategies;

/// <summary>What follows past the commit point of a post-copy: whether a copy is lost, and what is kept then.</summary>
public class MemoryThatFollows
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void memory_that_is_lost_after_the_commit_is_said_to_be_and_leaves_nothing(bool soon)
    {
        // Also when the source dies before anybody asks for its pages.
        var course = Struck(
            command => soon ? command is ActivateInstance : command is CollectPages,
            course =>
            {
                course.World.KillSource();
                course.Story.Tell(new InstanceExited(Story.Id, "orders-1", "node-a", 137));
            });

        var failed = Assert.IsType<MigrationFailed>(course.Story.Events[^1]);
        Assert.Equal("MS2M-0307", failed.Reason.Code);
        Assert.False(failed.Kept);
        Assert.Empty(failed.Leftovers);
        Assert.Equal((Life.Absent, Life.Absent), (course.World.Source, course.World.Target));
        Assert.Empty(course.World.Things);
    }

    [Fact]
    public void the_end_of_a_source_that_its_own_node_tells_later_than_the_target_s_is_waited_for()
    {
        Course? course = null;
        course = new Course(Variant.PostCopying)
        {
            Trouble = command =>
            {
                switch (command)
                {
                    case CollectPages:
                        course!.World.KillSource();
                        return null;
                    case RemoveInstance { Step: StepNames.RemoveTarget }:
                        return [.. course!.World.Do(command), new InstanceExited(command.MigrationId, "orders-1", "node-a", 137)];
                    default:
                        return null;
                }
            },
        };
        course.Run();

        Assert.Equal((Life.Absent, Life.Absent), (course.World.Source, course.World.Target));
        Assert.True(course.End is { Outcome: Phase.Failed, Kept: false });
        Assert.Empty(Leftovers(course));
    }

    [Fact]
    public void a_source_is_not_removed_only_because_the_target_s_node_says_that_it_has_no_memory()
    {
        var course = Struck(command => command is CollectPages, course => course.World.KillSource());

        var failed = Assert.IsType<MigrationFailed>(course.Story.Events[^1]);
        Assert.True(failed.Kept);
        Assert.Equal([StepNames.RemoveSource], failed.Leftovers);
        Assert.DoesNotContain(course.Commands, command => command is RemoveInstance { Step: StepNames.RemoveSource });
        Assert.Equal(Life.Absent, course.World.Target);
    }

    [Theory]
    [InlineData(nameof(CollectPages))]
    [InlineData(nameof(ActivateInstance))]
    public void a_source_that_still_stands_is_kept_when_its_copy_is_lost_and_never_thawed(string at)
    {
        var course = new Course(Variant.PostCopying)
        {
            Trouble = command => command.GetType().Name == at ? [Failed((IStepMessage)command, Failures.RestCannotCome)] : null,
        };
        course.Run();

        var failed = Assert.IsType<MigrationFailed>(course.Story.Events[^1]);
        Assert.Equal("MS2M-0307", failed.Reason.Code);
        Assert.True(failed.Kept);
        Assert.Equal([StepNames.RemoveSource], failed.Leftovers);
        Assert.Equal((Life.Frozen, Life.Absent), (course.World.Source, course.World.Target));
        Assert.Empty(course.World.Things);
    }

    [Fact]
    public void what_is_left_of_a_lost_copy_is_removed_until_its_node_has_answered()
    {
        var removals = 0;
        var course = new Course(Variant.PostCopying)
        {
            Trouble = command => command switch
            {
                CollectPages collect => [Failed(collect, Failures.RestCannotCome)],
                RemoveInstance when ++removals < 3 => [],
                _ => null,
            },
        };
        course.Run();

        Assert.Equal((3, Life.Absent), (removals, course.World.Target));
        Assert.Equal([StepNames.RemoveSource], Leftovers(course));
    }

    [Fact]
    public void a_lost_copy_that_nobody_could_remove_is_named()
    {
        var course = new Course(Variant.PostCopying)
        {
            Trouble = command => command switch
            {
                CollectPages collect => [Failed(collect, Failures.RestCannotCome)],
                RemoveInstance => [],
                _ => null,
            },
        };
        course.Run();

        Assert.Equal([StepNames.RemoveTarget, StepNames.RemoveSource], Leftovers(course));
    }

    [Theory]
    [InlineData("MS2M-2101", true)]
    [InlineData("MS2M-2003", true)]
    [InlineData("MS2M-2004", true)]
    [InlineData("X", false)]
    public void a_copy_is_left_alone_when_what_failed_says_nothing_of_its_memory(string code, bool retryable)
    {
        var course = new Course(Variant.PostCopying)
        {
            Trouble = command => command is CollectPages collect ? [Failed(collect, code) with { Retryable = retryable }] : null,
        };
        course.Run();

        Assert.True(course.End is { Outcome: Phase.Failed, Kept: true }, Told(course));
        Assert.Equal((Life.Frozen, Life.Serves), (course.World.Source, course.World.Target));
    }

    [Fact]
    public void a_copy_is_left_alone_when_nobody_says_whether_it_has_its_memory()
    {
        var course = new Course(Variant.PostCopying) { Trouble = command => command is CollectPages ? [] : null };
        course.Run();

        Assert.True(course.End is { Outcome: Phase.Failed, Kept: true }, Told(course));
        Assert.Equal((Life.Frozen, Life.Serves), (course.World.Source, course.World.Target));
    }

    private static Course Struck(Func<IMigrationMessage, bool> at, Action<Course> before)
    {
        Course? course = null;
        course = new Course(Variant.PostCopying)
        {
            Trouble = command =>
            {
                if (at(command))
                {
                    before(course!);
                }

                return null;
            },
        };
        return course.Run();
    }
}
