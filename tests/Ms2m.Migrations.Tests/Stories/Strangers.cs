using System.Text.Json;
using Ms2m.Contracts;

namespace Ms2m.Migrations.Tests.Stories;

/// <summary>Workers and instances that have no part in a migration, and speak all the same.</summary>
public sealed class Strangers
{
    /// <summary>Everything in the happy path that a worker or an instance says.</summary>
    public static TheoryData<int> Answers =>
        [.. Enumerable.Range(0, Story.HappyPath.Count).Where(at => Senders.FieldFor(Urn(Story.HappyPath[at])) is not null)];

    [Theory]
    [MemberData(nameof(Answers))]
    public void an_answer_of_somebody_else_changes_nothing_and_the_right_one_still_counts(int at)
    {
        var story = new Story().Tell([.. Story.HappyPath.Take(at)]);
        var (before, right) = (story.State, Story.HappyPath[at]);
        var field = Senders.FieldFor(Urn(right))!;

        foreach (var other in (string[])["node-x", "orders-x", "node-a", "node-b", "orders-1", Story.Shadow])
        {
            var forged = In(right, field, other);
            if (!forged.Equals(right))
            {
                story.Tell(forged);
                Assert.True(story.Last.Events.Count + story.Last.Messages.Count == 0, $"{forged} was listened to.");
            }
        }

        Assert.Same(before, story.State);
        story.Tell(right);
        Assert.NotEmpty(story.Last.Events);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void an_answer_of_the_right_one_to_a_step_of_another_changes_nothing(int at)
    {
        var right = Story.HappyPath[at];
        if (right is not IStepMessage { Step: var own })
        {
            return;
        }

        foreach (var step in (string[])[StepNames.RevokeSource, StepNames.OpenReplay, StepNames.GrantAccess, StepNames.VerifyHandoff])
        {
            if (step != own)
            {
                var story = new Story().Tell([.. Story.HappyPath.Take(at)]);

                story.Tell(In(right, "step", step));

                Assert.True(story.Last.Events.Count + story.Last.Messages.Count == 0, $"{right.GetType().Name} ended {step}.");
            }
        }
    }

    [Fact]
    public void a_worker_fails_only_its_own_steps()
    {
        var story = Story.Until(StepNames.RestoreShadow);

        story.Tell(new StepFailed(Story.Id, StepNames.RestoreShadow, 1, "node-a", new Failure("X", "x", "x"), Retryable: false));
        Assert.Empty(story.Last.Events);
        story.Tell(new StepFailed(Story.Id, StepNames.RestoreShadow, 1, "node-b", new Failure("X", "x", "x"), Retryable: false));
        Assert.NotEmpty(story.Last.Events);
    }

    [Theory]
    [InlineData("orders-1", "node-b")]
    [InlineData("orders-1", "node-x")]
    [InlineData("orders-x", "node-a")]
    public void an_exit_counts_only_from_the_node_on_which_the_instance_runs(string instance, string node)
    {
        var story = Story.Until(StepNames.FollowReplay);

        story.Tell(new InstanceExited(Story.Id, instance, node, 137));

        Assert.Empty(story.Last.Events);
    }

    [Fact]
    public void what_only_an_engine_may_say_is_nobody_elses()
    {
        foreach (var type in (Type[])
            [typeof(StartMigration), typeof(CancelMigration), typeof(AdmitMigration), typeof(StepOverdue), typeof(SourceRevoked),
                typeof(AccessGranted), typeof(ReplayOpened), typeof(ReplayClosed), typeof(FenceSent), typeof(ShadowRevoked)])
        {
            Assert.True(Senders.IsTheEngines(Headers.Urn(type)), type.Name);
        }
    }

    private static string Urn(IMigrationMessage message) => Headers.Urn(message.GetType());

    private static IMigrationMessage In(IMigrationMessage message, string field, string name)
    {
        var fields = JsonSerializer.SerializeToNode(message, message.GetType(), ContractJson.Options)!;
        fields[field] = name;
        return (IMigrationMessage)fields.Deserialize(message.GetType(), ContractJson.Options)!;
    }
}
