using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.Migrations.Tests.Stories;

namespace Ms2m.Migrations.Tests.Standbys;

/// <summary>When memory is sent to the nodes that a workload names, who gives way, and when what they have may go.</summary>
public class SendingInAdvance
{
    private static readonly DateTimeOffset Now = Story.Start;
    private static readonly Dictionary<(string, string), DateTimeOffset> Nothing = [];
    private static readonly Standby Asked = new(["node-b"], 60);

    [Fact]
    public void nobody_who_did_not_ask_is_sent_anywhere() => Assert.Empty(Due([Host(null), Other("node-b")]));

    [Fact]
    public void who_asks_is_sent_to_the_node_that_has_nothing_of_it()
    {
        var round = Assert.Single(Due([Host(Asked), Other("node-b"), Other("node-c")]));

        Assert.Equal(("orders", "orders-1", "node-a", "node-b", 60), (round.Workload, round.InstanceId, round.SourceNode, round.StandbyNode, round.EverySeconds));
        Assert.Equal(Other("node-b").Address, round.StandbyAddress);
    }

    [Theory]
    [InlineData(59, false)]
    [InlineData(61, true)]
    public void it_is_sent_again_when_what_is_there_is_older_than_asked(int age, bool due) =>
        Assert.Equal(due, Due([Host(Asked), Other("node-b", Since(age))]).Length == 1);

    [Fact]
    public void ages_are_reckoned_by_the_clock_of_the_node_that_says_them()
    {
        // A quarter of an hour behind: by our clock its base would be older than asked.
        var late = Other("node-b", Since(30) with { StandbySince = Now.AddMinutes(-15).AddSeconds(-30) }) with
        {
            ClockBehindMs = TimeSpan.FromMinutes(15).TotalMilliseconds,
        };

        Assert.Empty(Due([Host(Asked), late]));
    }

    [Fact]
    public void dates_that_no_clock_can_have_stop_nobody()
    {
        var odd = Other("node-b", Since(0) with { StandbySince = DateTimeOffset.MinValue }) with
        {
            ClockBehindMs = (Now - DateTimeOffset.MaxValue).TotalMilliseconds,
        };

        Assert.Single(Due([Host(Asked), odd]));
    }

    [Theory]
    [InlineData("node-a", "node-c")]
    [InlineData("node-c", "node-a")]
    [InlineData("node-b", "node-c")]
    [InlineData("node-c", "node-b")]
    public void no_round_begins_on_a_node_on_which_a_migration_is_under_way(string source, string target)
    {
        var line = Line.Empty with { Running = [new Place(Guid.NewGuid(), source, target, 0, Now)] };

        Assert.Empty(Due([Host(Asked), Other("node-b"), Other("node-c")], line));
    }

    [Fact]
    public void migrations_that_wait_or_run_elsewhere_hold_up_no_round()
    {
        var line = Line.Empty with
        {
            Running = [new Place(Guid.NewGuid(), "node-c", "node-d", 0, Now)],
            Waiting = [new Place(Guid.NewGuid(), "node-a", "node-b", 0, Now)],
        };

        Assert.Single(Due([Host(Asked), Other("node-b")], line));
    }

    [Fact]
    public void what_was_ordered_lately_is_not_ordered_again()
    {
        Assert.Empty(Due([Host(Asked), Other("node-b")], ordered: new() { [("orders", "node-b")] = Now.AddSeconds(-59) }));
        Assert.Single(Due([Host(Asked), Other("node-b")], ordered: new() { [("orders", "node-b")] = Now.AddSeconds(-61) }));
    }

    [Fact]
    public void a_round_that_is_under_way_is_let_end() =>
        Assert.Empty(Due([Host(Asked, Round(begun: 500, ended: null)), Other("node-b")]));

    [Fact]
    public void one_that_came_to_nothing_is_tried_again_when_the_next_would_have_come()
    {
        Assert.Empty(Due([Host(Asked, Round(begun: 59, ended: 58, failed: true)), Other("node-b")]));
        Assert.Single(Due([Host(Asked, Round(begun: 61, ended: 60, failed: true)), Other("node-b")]));
    }

    [Fact]
    public void however_seldom_it_is_asked_for_what_came_to_nothing_is_tried_again_after_a_minute()
    {
        var seldom = Asked with { EverySeconds = Standby.MostSeconds };

        Assert.Empty(Due([Host(seldom, Round(begun: 59, ended: 58, failed: true, "MS2M-2317")), Other("node-b")]));
        Assert.Single(Due([Host(seldom, Round(begun: 61, ended: 60, failed: true, "MS2M-2317")), Other("node-b")]));
        Assert.Empty(Due([Host(seldom), Other("node-b")], ordered: new() { [("orders", "node-b")] = Now.AddSeconds(-59) }));
        Assert.Single(Due([Host(seldom), Other("node-b")], ordered: new() { [("orders", "node-b")] = Now.AddSeconds(-61) }));
        // All of it has gone over, or nearly, and would find no place again.
        Assert.Empty(Due([Host(seldom, Round(begun: 600, ended: 590, failed: true, "MS2M-2501")), Other("node-b")]));
    }

    [Fact]
    public void a_report_in_which_something_is_missing_stops_nobody_elses_rounds()
    {
        var empty = Story.Node("node-x", Now) with { Address = null!, Features = null!, Instances = null!, Holdings = null };
        var broken = Other("node-y") with { Features = [null!], Holdings = [null!], Instances = [null!, Instance(Asked) with { Spec = null! }] };
        var halfGone = Other("node-z") with { Address = null! };
        var host = Host(Asked with { Nodes = ["node-b", "node-x", "node-y", "node-z"] }, null!, Round(begun: 61, ended: 60, failed: true));
        NodeReported[] all = [empty, broken, halfGone, host, Other("node-b")];

        Assert.Equal("node-b", Assert.Single(Due(all)).StandbyNode);
        Assert.Empty(StandbyRounds.NoLongerWanted(all, Now));
        Assert.Equal(4, StandbyState.Of(all, host, host.Instances[0], Now).Length);
    }

    [Fact]
    public void a_standby_node_that_was_restarted_gets_it_anew_at_once() =>
        Assert.Single(Due([Host(Asked, Round(begun: 20, ended: 19)), Other("node-b")]));

    [Fact]
    public void nodes_that_are_silent_or_keep_nothing_are_left_alone()
    {
        Assert.Empty(Due([Host(Asked), Other("node-b") with { At = Now.AddMinutes(-1) }]));
        Assert.Empty(Due([Host(Asked) with { At = Now.AddMinutes(-1) }, Other("node-b")]));
        Assert.Empty(Due([Host(Asked), Other("node-b") with { Features = [] }]));
        Assert.Empty(Due([Host(Asked), Other("node-b") with { Features = [new NodeFeature(Standby.Feature, false, "")] }]));
    }

    [Fact]
    public void an_instance_that_does_not_serve_is_sent_nowhere()
    {
        var shadow = Instance(Asked) with { Role = InstanceRole.Shadow };
        var stopped = Instance(Asked) with { State = "exited" };

        Assert.Empty(Due([Story.Node("node-a", Now, shadow), Other("node-b")]));
        Assert.Empty(Due([Story.Node("node-a", Now, stopped), Other("node-b")]));
    }

    [Fact]
    public void of_two_nodes_that_claim_the_same_workload_none_is_told_to_send() =>
        Assert.Empty(Due([Host(Asked), Story.Node("node-c", Now, Instance(Asked)), Other("node-b")]));

    [Theory]
    [InlineData(29)]
    [InlineData(86_401)]
    [InlineData(-1)]
    public void intervals_that_nobody_may_ask_for_are_not_carried_out(int seconds) =>
        Assert.Empty(Due([Host(Asked with { EverySeconds = seconds }), Other("node-b")]));

    [Fact]
    public void names_that_are_none_and_too_many_of_them_are_not_carried_out()
    {
        Assert.Empty(Due([Host(new Standby(["../node-b"])), Other("../node-b")]));
        Assert.Empty(Due([Host(new Standby(null!)), Other("node-b")]));
        Assert.Empty(Due([Host(new Standby(["node-b", "node-c", "node-d", "node-e", "node-f"])), Other("node-b")]));
    }

    [Fact]
    public void the_node_on_which_it_runs_is_passed_over()
    {
        var rounds = Due([Host(new Standby(["node-a", "node-b"])), Other("node-b")]);

        Assert.Equal("node-b", Assert.Single(rounds).StandbyNode);
    }

    [Fact]
    public void what_belongs_to_a_workload_that_names_the_node_stays()
    {
        Assert.Empty(StandbyRounds.NoLongerWanted([Host(Asked), Other("node-b", Since(10))], Now));
        // Also when nobody hears of the workload just now.
        Assert.Empty(StandbyRounds.NoLongerWanted([Host(Asked) with { At = Now.AddHours(-1) }, Other("node-b", Since(10))], Now));
    }

    [Fact]
    public void what_nobody_asks_for_any_more_goes()
    {
        (string, string)[] goes = [("node-b", "orders")];

        Assert.Equal(goes, StandbyRounds.NoLongerWanted([Story.Node("node-a", Now), Other("node-b", Since(10))], Now));
        Assert.Equal(goes, StandbyRounds.NoLongerWanted([Host(new Standby(["node-c"])), Other("node-b", Since(10))], Now));
        Assert.Equal(goes, StandbyRounds.NoLongerWanted(
            [Story.Node("node-b", Now, Instance(Asked)) with { Holdings = [Since(10)] }], Now));
    }

    [Fact]
    public void what_was_left_for_the_way_back_is_the_nodes_own_to_let_go() => Assert.Empty(StandbyRounds.NoLongerWanted(
        [Other("node-b", new Holding(Guid.NewGuid(), Holding.Base, 1) { Workload = "orders" })], Now));

    [Fact]
    public void a_person_is_told_what_each_standby_node_knows()
    {
        var host = Host(new Standby(["node-a", "node-b", "node-c"]), Round(begun: 20, ended: 19));

        var states = StandbyState.Of([host, Other("node-b", Since(10))], host, host.Instances[0], Now);

        Assert.Equal(["node-b", "node-c"], states.Select(one => one.Node));
        Assert.Equal((10_000, 40L << 20, 1000), (states[0].AgeMs, states[0].Bytes, states[0].SentBytes));
        Assert.Null(states[1].AgeMs);
    }

    private static InstanceReported Instance(Standby? standby) => Story.Active() is var one && standby is null ? one : one with
    {
        Spec = one.Spec with { Traits = new WorkloadTraits { Standby = standby } },
    };

    private static NodeReported Host(Standby? standby, params BaseRound[] rounds) =>
        Story.Node("node-a", Now, Instance(standby) with { BaseRounds = rounds });

    private static NodeReported Other(string name, params Holding[] holdings) => Story.Node(name, Now) with
    {
        Features = [new NodeFeature(Standby.Feature, true, "")],
        Holdings = holdings,
    };

    private static Holding Since(int seconds) => new(Guid.NewGuid(), Holding.Base, 40 << 20)
    {
        Workload = "orders",
        StandbySince = Now.AddSeconds(-seconds),
    };

    private static BaseRound Round(int begun, int? ended, bool failed = false, string code = "MS2M-2301") => new(
        "node-b", Now.AddSeconds(-begun), ended is { } ago ? Now.AddSeconds(-ago) : null, 40 << 20, 1000,
        failed ? new Failure(code, "It went wrong.", "Mend it.") : null);

    private static ImmutableArray<DueRound> Due(
        NodeReported[] nodes, Line? line = null, Dictionary<(string, string), DateTimeOffset>? ordered = null) =>
        StandbyRounds.Due(nodes, line ?? Line.Empty, ordered ?? Nothing, Now);
}
