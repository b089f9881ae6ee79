using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.Migrations.Tests.Stories;

namespace Ms2m.Migrations.Tests.Collecting;

/// <summary>Only what the log calls dead is garbage, and the last copy of a state never is.</summary>
public class WhatMayGo
{
    private static readonly DateTimeOffset Now = Story.Start;
    private static readonly DateTimeOffset LongAgo = Now - TimeSpan.FromHours(1);
    private static readonly string Shadow = Story.Shadow;

    public static TheoryData<Phase, bool, string?> Endings => new()
    {
        { Phase.Completed, true, "orders-1" },
        { Phase.RolledBack, false, Shadow },
        { Phase.Cancelled, false, Shadow },
        { Phase.Rejected, false, Shadow },
        { Phase.Failed, false, Shadow },
        { Phase.Failed, true, null },
    };

    [Theory]
    [MemberData(nameof(Endings))]
    public void of_source_and_shadow_the_one_goes_that_the_log_calls_dead(Phase outcome, bool committed, string? goes)
    {
        var found = Look(Ended(outcome, committed, LongAgo), containers: ["orders-1", Shadow]);

        Assert.Equal(goes is null ? [] : [goes], found.Select(one => one.Name));
        Assert.All(found, one => Assert.True(one.Removable));
    }

    [Fact]
    public void of_the_brokers_users_only_those_of_dead_instances_go()
    {
        var found = Look(
            Ended(Phase.Completed, true, LongAgo), [],
            users: [Names.InstanceUser("orders-1"), Names.InstanceUser(Shadow), Names.InstanceUser("theirs"), "orders-1"]);

        Assert.Equal("user orders-1", $"{Assert.Single(found).Kind} {found[0].Name}");
    }

    [Fact]
    public void nothing_of_a_migration_that_is_under_way_goes()
    {
        var under = new Past(Story.Id, null, LongAgo, false, null, null);

        Assert.Empty(Look(under, [Shadow], [new Holding(Story.Id, "reservation", 0)], [Names.ReplayQueue(Story.Id)]));
    }

    [Fact]
    public void a_migration_that_ended_a_moment_ago_cleans_up_for_itself() => Assert.Empty(Look(
        Ended(Phase.RolledBack, false, Now - TimeSpan.FromSeconds(1)), [Shadow], [new Holding(Story.Id, "reservation", 0)]));

    [Fact]
    public void what_is_kept_for_the_way_back_is_nobodys_garbage() => Assert.Empty(Look(
        Ended(Phase.Completed, true, LongAgo), [], [new Holding(Story.Id, Holding.Base, 40 << 20)]));

    [Fact]
    public void queues_and_checkpoints_of_an_ended_migration_go()
    {
        var found = Look(
            Ended(Phase.Completed, true, LongAgo), [], [new Holding(Story.Id, "incoming-checkpoint", 40)],
            [Names.ReplayQueue(Story.Id), Names.JournalQueue(Story.Id), "orders", "ms2m.replay.theirs"]);

        Assert.Equal(
            ["incoming-checkpoint 40", "queue 0", "queue 0"], found.Select(one => $"{one.Kind} {one.Bytes}"));
        Assert.All(found, one => Assert.True(one.Removable));
    }

    [Fact]
    public void of_a_migration_that_keeps_the_last_copy_nothing_goes()
    {
        var kept = Ended(Phase.Failed, false, LongAgo) with { Kept = true };

        var found = Look(
            kept, containers: ["orders-1", Shadow], [new Holding(Story.Id, "incoming-checkpoint", 40)],
            [Names.ReplayQueue(Story.Id), Names.JournalQueue(Story.Id)], [Names.InstanceUser("orders-1"), Names.InstanceUser(Shadow)]);

        Assert.Equal(["incoming-checkpoint", "queue", "queue"], found.Select(one => one.Kind));
        Assert.All(found, one => Assert.False(one.Removable));
    }

    [Fact]
    public void what_this_log_does_not_know_is_named_and_left_alone()
    {
        var other = Guid.NewGuid();
        var found = Look(Ended(Phase.Completed, true, LongAgo), [], [new Holding(other, "reservation", 0)], [Names.JournalQueue(other)]);

        Assert.Equal(2, found.Length);
        Assert.All(found, one => Assert.False(one.Removable));
    }

    private static Past Ended(Phase outcome, bool committed, DateTimeOffset at) =>
        new(Story.Id, outcome, at, committed, "orders-1", Shadow);

    private static ImmutableArray<Garbage> Look(
        Past past, string[] containers, Holding[]? holdings = null, string[]? queues = null, string[]? users = null) => Collector.Look(
        [Story.Node("node-a", Now, [.. containers.Select(name => Story.Active(name))]) with { Holdings = holdings }],
        queues ?? [], users ?? [], new Dictionary<Guid, Past> { [past.MigrationId] = past }, Now);
}
