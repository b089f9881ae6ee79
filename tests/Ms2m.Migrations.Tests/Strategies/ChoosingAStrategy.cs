using Ms2m.Contracts;
using Ms2m.Migrations.Plans;
using Ms2m.Migrations.Tests.Stories;

namespace Ms2m.Migrations.Tests.Strategies;

public class ChoosingAStrategy
{
    private static readonly WorkloadAddress _address = new("10.99.0.80/24");

    public static TheoryData<string, WorkloadSpec, string> Declared => new()
    {
        { "a queue", Story.Orders, "shadow" },
        { "a queue, and never two", Story.Orders with { Traits = new(Unique: true) }, "sequential" },
        { "an address and no queue", Story.Orders with { Queue = null, Address = _address }, "live" },
        { "no state, whatever else", Story.Orders with { Queue = null, Address = _address, Traits = new(Stateless: true) }, "cold" },
    };

    [Theory]
    [MemberData(nameof(Declared))]
    public void follows_what_the_workload_declares_and_says_why(string declares, WorkloadSpec spec, string expected)
    {
        var (strategy, reason, refusal) = StrategyChoice.Choose(StrategyChoice.Auto, Of(spec));

        Assert.True(refusal is null, declares);
        Assert.Equal(expected, strategy?.Name);
        Assert.False(string.IsNullOrWhiteSpace(reason));
    }

    [Fact]
    public void is_never_cold_where_nobody_has_said_that_the_state_may_go() =>
        Assert.Equal("MS2M-0120", StrategyChoice.Choose(StrategyChoice.Auto, Of(Story.Orders with { Queue = null })).Refusal?.Code);

    [Theory]
    [InlineData("shadow", "MS2M-0115")]
    [InlineData("sequential", "MS2M-0115")]
    [InlineData("live", "MS2M-0117")]
    [InlineData("cold", null)]
    public void refuses_what_was_asked_for_where_the_workload_cannot(string asked, string? code) =>
        Assert.Equal(code, StrategyChoice.Choose(asked, Of(Story.Orders with { Queue = null })).Refusal?.Code);

    [Theory]
    [InlineData("shadow")]
    [InlineData("sequential")]
    [InlineData("cold")]
    public void does_not_move_it_in_another_way_than_was_asked_for(string strategy) => Assert.Equal(
        "MS2M-0119", StrategyChoice.Choose(strategy, Of(Story.Orders) with { PostCopy = true }).Refusal?.Code);

    public static TheoryData<string, Candidate, string> NotLater => new()
    {
        { "through a registry", Lazily with { Transfer = new(TransferMode.Registry) }, "MS2M-0130" },
        { "what the target has already left out", Lazily with { Transfer = new(TransferMode.Delta) }, "MS2M-0130" },
        { "volumes", Of(Lazily.Spec with { Volumes = [new("data", "/data")] }) with { PostCopy = true }, "MS2M-0130" },
        { "from a node that cannot", Lazily with { Source = Without(Lazily.Source, Requirements.PostCopy) }, "MS2M-0118" },
        { "to a node that cannot", Lazily with { Target = Without(Lazily.Target, Requirements.PostCopy) }, "MS2M-0118" },
    };

    [Theory]
    [MemberData(nameof(NotLater))]
    public void refuses_to_let_memory_follow_where_it_cannot(string where, Candidate candidate, string code)
    {
        var (_, _, refusal) = StrategyChoice.Choose("live", candidate);

        Assert.True(refusal?.Code == code, $"{where}: {refusal}");
        Assert.False(string.IsNullOrWhiteSpace(refusal.Remedy));
    }

    [Fact]
    public void lets_memory_follow_only_when_that_was_asked_for()
    {
        Assert.Null(StrategyChoice.Choose("live", Lazily).Refusal);
        var live = PlanCatalogue.Find("live")!;

        Assert.NotNull(PlanCatalogue.For(live, Lazily).Forward(StepNames.CollectPages));
        Assert.Null(PlanCatalogue.For(live, Lazily with { PostCopy = false }).Forward(StepNames.CollectPages));
    }

    public static TheoryData<TransferOptions> Nonsense =>
        [new((TransferMode)7), new(Compression: (TransferCompression)9), new(MaxBytesPerSecond: 0), new(MaxRounds: 0), new(MaxRounds: 1000)];

    [Theory]
    [MemberData(nameof(Nonsense))]
    public void refuses_a_transfer_that_makes_no_sense(TransferOptions transfer)
    {
        var asked = Story.Ask();
        var story = new Story().Tell(asked with { Start = asked.Start with { Transfer = transfer } });

        Assert.Equal("MS2M-0121", Assert.IsType<MigrationRejected>(Assert.Single(story.Events)).Reason.Code);
    }

    [Fact]
    public void never_makes_a_second_one_of_what_is_unique() =>
        Assert.Equal("MS2M-0116", StrategyChoice.Choose("shadow", Of(Story.Orders with { Traits = new(Unique: true) })).Refusal?.Code);

    [Fact]
    public void keeps_consumers_by_our_rules_from_moving_with_a_connection_that_is_not_theirs_afterwards() =>
        Assert.Equal("MS2M-0128", StrategyChoice.Choose("live", Of(Story.Orders with { Address = _address })).Refusal?.Code);

    [Theory]
    [InlineData("auto")]
    [InlineData("shadow")]
    [InlineData("sequential")]
    public void knows_that_a_copy_with_an_address_cannot_reach_the_broker_before_it_takes_over(string asked) =>
        Assert.Equal("MS2M-0129", StrategyChoice.Choose(asked, Of(Story.Orders with { Address = _address })).Refusal?.Code);

    [Fact]
    public void wants_both_nodes_to_have_what_live_needs()
    {
        var candidate = Of(Story.Orders with { Queue = null, Address = _address });

        Assert.Null(StrategyChoice.Choose("live", candidate).Refusal);
        var refusal = StrategyChoice.Choose("live", candidate with { Target = candidate.Target with { Features = [] } }).Refusal;

        Assert.Equal("MS2M-0118", refusal?.Code);
        Assert.Contains("node-b", refusal?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void stands_in_the_log_with_its_reason()
    {
        var story = new Story().Tell(Story.Ask(strategy: StrategyChoice.Auto));

        var requested = Assert.IsType<MigrationRequested>(story.Events[0]);
        Assert.Equal("shadow", requested.Strategy);
        Assert.NotNull(requested.StrategyReason);
    }

    [Fact]
    public void needs_no_reason_where_it_was_asked_for() =>
        Assert.Null(Assert.IsType<MigrationRequested>(new Story().Tell(Story.Ask()).Events[0]).StrategyReason);

    private static Candidate Lazily => Of(Story.Orders with { Queue = null, Address = _address }) with { PostCopy = true };

    private static NodeReported Without(NodeReported node, string feature) =>
        node with { Features = [.. node.Features.Where(one => one.Name != feature)] };

    internal static Candidate Of(WorkloadSpec spec)
    {
        NodeFeature[] features = [new(Requirements.WorkloadNetwork, true, ""), new(Requirements.PostCopy, true, "")];
        var instance = Story.Active() with { Spec = spec };
        return new Candidate(
            instance,
            Story.Node("node-a", Story.Start, instance) with { Features = features },
            Story.Node("node-b", Story.Start) with { Features = features },
            new TransferOptions(), PostCopy: false);
    }
}
