using Ms2m.Contracts;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations.Tests.Stories;

public class RefusingARequest
{
    private static readonly string Long = new('x', 5000);

    public static TheoryData<string, Asked> Refused => new()
    {
        { "MS2M-0102", Story.Ask(workload: "../../etc/passwd") },
        { "MS2M-0102", Story.Ask(workload: Long) },
        { "MS2M-0102", Story.Ask(target: "node b") },
        { "MS2M-0102", Story.Ask(target: "") },
        { "MS2M-0103", Story.Ask(workload: "nobody") },
        { "MS2M-0104", Story.Ask(target: "node-z") },
        { "MS2M-0105", Story.Ask(seen: Story.Start - TimeSpan.FromSeconds(20)) },
        { "MS2M-0106", Story.Ask(target: "node-a") },
        { "MS2M-0107", Story.Ask(claimedBy: Guid.Parse("99999999-2222-3333-4444-555555555555")) },
        // While another moves it there may be a moment in which nobody reports that it runs.
        { "MS2M-0107", Story.Ask(workload: "nobody", claimedBy: Guid.Parse("99999999-2222-3333-4444-555555555555")) },
        { "MS2M-0108", Story.Ask(strategy: "teleport") },
        { "MS2M-0109", Story.Ask(policy: new CutoverPolicy(MaxInterruptionMs: 0)) },
        { "MS2M-0109", Story.Ask(policy: new CutoverPolicy(MaxReplayMs: -1)) },
        { "MS2M-0111", Story.Ask(priority: 11) },
        { "MS2M-0111", Story.Ask(priority: int.MinValue) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void a_request_that_cannot_be_begun_is_rejected_with_a_reason_and_touches_nothing(string code, Asked asked)
    {
        var story = new Story().Tell(asked);

        var rejected = Assert.IsType<MigrationRejected>(Assert.Single(story.Events));
        Assert.Equal(code, rejected.Reason.Code);
        Assert.True((rejected.Workload?.Length ?? 0) <= 100);
        Assert.Empty(story.Sent);
        Assert.Equal(Phase.Rejected, Assert.IsType<Ended>(story.State).Outcome);
    }

    [Fact]
    public void a_target_that_refuses_leaves_the_source_untouched()
    {
        var story = Story.Until(StepNames.ReserveTarget);
        story.Tell(new StepFailed(Story.Id, StepNames.ReserveTarget, 1, "node-b",
            new Failure("MS2M-2001", "No space.", "Make room."), Retryable: false));

        Assert.Equal("MS2M-2001", Assert.IsType<Ended>(story.State).Reason?.Code);
        Assert.Equal(Phase.Rejected, ((Ended)story.State).Outcome);
        Assert.DoesNotContain(story.Sent, sent => sent is Outgoing.ToInstance);
    }

    [Fact]
    public void a_repeated_request_changes_nothing()
    {
        var story = Story.Until(StepNames.PrepareSource).Tell(Story.Ask());

        Assert.Same(Decision.Nothing, story.Last);
    }
}
