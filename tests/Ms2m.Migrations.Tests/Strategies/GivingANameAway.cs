using Ms2m.Contracts;

namespace Ms2m.Migrations.Tests.Strategies;

/// <summary>A pod whose name its copy needs: from then on the source is in its checkpoint, until one of the two runs.</summary>
public class GivingANameAway
{
    private static readonly Variant _pod = new("sequential", TransferMode.Direct, HasQueue: true, Owner: PodOwner.StatefulSet);

    [Fact]
    public void a_source_that_cannot_be_restored_either_stays_in_its_checkpoint_for_good()
    {
        var course = new Course(_pod)
        {
            Trouble = command => command is RestoreShadow or ReviveSource { OnlyAsks: false }
                ? [EveryStrategy.Failed((IStepMessage)command)] : null,
        };
        course.Run();

        Assert.Equal((Phase.Failed, true, "MS2M-0308"), (course.End.Outcome, course.End.Kept, course.End.Reason?.Code));
        Assert.DoesNotContain(course.Commands, command => command is DiscardCheckpoint);
        Assert.Contains(StepNames.ReviveSource, EveryStrategy.Leftovers(course));
    }

    [Fact]
    public void a_source_that_had_died_after_its_last_word_comes_back_when_its_copy_dies_too()
    {
        Course? course = null;
        course = new Course(_pod)
        {
            Trouble = command =>
            {
                switch (command)
                {
                    case TakeCheckpoint:
                        var said = course!.World.Do(command).ToList();
                        course.World.KillSource();
                        return [.. said, new InstanceExited(command.MigrationId, "orders-1", "node-a", 137)];
                    case RestoreShadow restore:
                        // Before it could attach.
                        return [course!.World.Do(command).First(), new InstanceExited(command.MigrationId, restore.InstanceId, "node-b", 137)];
                    default:
                        return null;
                }
            },
        };
        course.Run();

        Assert.True(course.World.Source == Life.Serves && course.World.Owned == "orders-1", EveryStrategy.Told(course));
        Assert.Equal(Phase.RolledBack, course.End.Outcome);
    }

    [Fact]
    public void nobody_removes_the_copy_before_the_source_is_known_to_be_able_to_come_back()
    {
        var course = new Course(_pod)
        {
            Trouble = command => command switch
            {
                RestoreShadow => [EveryStrategy.Failed((IStepMessage)command)],
                ReviveSource { OnlyAsks: true } => [EveryStrategy.Failed((IStepMessage)command)],
                _ => null,
            },
        };
        course.Run();

        Assert.True(course.End.Kept, EveryStrategy.Told(course));
        Assert.DoesNotContain(course.Commands, command => command is RemoveInstance or DiscardCheckpoint);
    }

    [Theory]
    [InlineData(StepNames.ReadoptSource)]
    [InlineData(StepNames.ResumeSource)]
    public void a_source_that_was_restored_and_ends_again_is_still_in_its_checkpoint(string before)
    {
        Course? course = null;
        course = new Course(_pod)
        {
            Trouble = command =>
            {
                if (command is RestoreShadow)
                {
                    return [EveryStrategy.Failed((IStepMessage)command)];
                }

                if (command is not IStepMessage step || step.Step != before)
                {
                    return null;
                }

                course!.World.KillSource();
                return [new InstanceExited(command.MigrationId, "orders-1", "node-a", 137), .. before == StepNames.ReadoptSource ? [EveryStrategy.Failed(step)] : Array.Empty<IMigrationMessage>()];
            },
        };
        course.Run();

        Assert.True(course.End is { Outcome: Phase.Failed, Kept: true }, EveryStrategy.Told(course));
        Assert.DoesNotContain(course.Commands, command => command is DiscardCheckpoint);
    }
}
