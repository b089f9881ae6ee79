using FsCheck;
using FsCheck.Fluent;


namespace Ms2m.Workload.Tests.Pure;

/// <summary>Whatever happens in whatever order, the surviving state has every message once, in order, and every effect
/// was sent.</summary>
public sealed class AnyInterleaving
{
    [Fact]
    public void a_migration_loses_repeats_and_reorders_nothing() => Holds(new Plot());

    [Fact]
    public void identical_messages_without_ids_are_counted_right() => Holds(new Plot { Identical = true });

    [Fact]
    public void a_lost_connection_at_any_moment_changes_nothing() => Holds(new Plot { LosesLinks = true });

    [Fact]
    public void a_lost_connection_without_a_migration_changes_nothing() => Holds(new Plot { LosesLinks = true, Migrates = false });

    [Fact]
    public void the_death_of_the_source_after_the_freeze_changes_nothing() => Holds(new Plot { SourceMayDie = true });

    [Fact]
    public void the_death_of_the_source_among_lost_connections_changes_nothing() =>
        Holds(new Plot { SourceMayDie = true, LosesLinks = true });

    [Fact]
    public void a_rollback_at_any_moment_changes_nothing() => Holds(new Plot { RollsBack = true, LosesLinks = true });

    [Fact]
    public void a_handler_that_throws_is_dead_lettered_once_on_whichever_instance() =>
        Holds(new Plot { LosesLinks = true, SourceMayDie = true, Fails = ["id:2", "id:3", "id:7"] });

    private static void Holds(Plot plot)
    {
        var choices =
            from length in Gen.Choose(0, 250)
            from list in Gen.ListOf(Gen.Choose(0, 5039), length)
            select list.ToArray();
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1000),
            Prop.ForAll(choices.ToArbitrary(), each => Run(plot, each)));
    }

    [Fact]
    public void the_plain_course_of_things_ends_well() => Run(new Plot(), []);

    private static void Run(Plot plot, int[] choices)
    {
        var world = new World(plot, choices);
        world.Run();

        var trace = () => string.Join('\n', world.Trace);
        Assert.True(world.Published.SequenceEqual(world.Survivor.Applied),
            $"survivor {world.Survivor.Id} has applied {string.Join(' ', world.Survivor.Applied)}\n{trace()}");
        var expected = world.Published.Where(name => !plot.Fails.Contains(name)).Select(name => $"{name}/1").ToList();
        var effects = plot.Identical ? world.Effects : world.Effects.Distinct().ToList();
        Assert.True(expected.Order().SequenceEqual(effects.Order()), $"effects {string.Join(' ', world.Effects)}\n{trace()}");
        if (!plot.Identical && world is { SourceDied: false, LinksLost: 0 })
        {
            Assert.True(world.Effects.Count == effects.Count, $"effects repeated without a crash\n{trace()}");
        }
        Assert.True(plot.Fails.Order().SequenceEqual(world.Dead.Distinct().Order()), $"dead {string.Join(' ', world.Dead)}\n{trace()}");
        Assert.True(!plot.Migrates || world.Promoted || plot.RollsBack, $"it was never promoted\n{trace()}");
    }
}
