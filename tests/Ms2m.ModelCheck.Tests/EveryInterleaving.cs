using Ms2m.Contracts;
using Ms2m.ModelCheck.Checking;

namespace Ms2m.ModelCheck.Tests;

/// <summary>Within small bounds everything that can happen is tried, on the real decisions of engine and workload. Larger
/// bounds: ./ms2m model-check; docs/model-check.md has what they gave.</summary>
public sealed class EveryInterleaving
{
    private static readonly Bounds Two = new() { Messages = 2, Publishers = 2, Faults = 1 };

    public static TheoryData<string> FaultsWithTwoMessages =>
    [
        .. Enum.GetValues<Fault>()
            .Where(kind => kind is not (Fault.None or Fault.All or Fault.BrokerRestarts or Fault.BrokerForgets))
            .Select(kind => kind.ToString()),
    ];

    [Fact]
    public void a_migration_in_which_nothing_fails_completes_and_loses_repeats_and_reorders_nothing() =>
        Holds(new Bounds { Messages = 3, Publishers = 2, Faults = 0 });

    [Theory]
    [MemberData(nameof(FaultsWithTwoMessages))]
    public void one_fault_at_any_moment_breaks_no_guarantee(string kind) =>
        Holds(Two with { Kinds = Enum.Parse<Fault>(kind) });

    [Fact]
    public void a_restart_of_the_broker_at_any_moment_breaks_no_guarantee() =>
        Holds(new Bounds { Messages = 2, Publishers = 1, Window = 1, Faults = 1, Kinds = Fault.BrokerRestarts });

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void a_restart_that_loses_acknowledgements_breaks_no_guarantee(int messages, int window) => Holds(new Bounds
    {
        Messages = messages,
        Publishers = 1,
        Window = window,
        Faults = 1,
        Kinds = Fault.BrokerForgets,
    });

    [Fact]
    public void two_deaths_and_lost_connections_break_no_guarantee() => Holds(new Bounds
    {
        Messages = 1,
        Publishers = 1,
        Faults = 2,
        Kinds = Fault.SourceDies | Fault.ShadowDies | Fault.SourceLosesLink | Fault.ShadowLosesLink,
    });

    [Theory]
    [InlineData(Fault.SourceDies | Fault.Cancel)]
    [InlineData(Fault.SourceNodeDies | Fault.Cancel)]
    [InlineData(Fault.SourceDies | Fault.ReplayVanishes)]
    internal void a_source_that_dies_while_the_migration_is_given_up_does_not_cost_the_last_copy(Fault kinds) =>
        Holds(new Bounds { Messages = 1, Publishers = 1, Faults = 2, Kinds = kinds });

    [Fact]
    public void a_source_that_was_cut_off_until_its_migration_had_ended_can_be_moved_by_the_next_one() =>
        Holds(Two with { Messages = 1, Kinds = Fault.SourceCutOff, Migrations = 2 });

    [Fact]
    public void a_stopped_source_that_no_resume_reached_serves_when_it_is_back() => Holds(new Bounds
    {
        Messages = 1,
        Publishers = 1,
        Faults = 2,
        Kinds = Fault.SourceCutOff | Fault.Cancel,
    });

    [Fact]
    public void a_migration_after_a_cancelled_one_completes() =>
        Holds(Two with { Messages = 1, Publishers = 1, Kinds = Fault.Cancel, Migrations = 2 });

    [Fact]
    public void a_silent_source_is_failed_over_where_the_policy_says_so() =>
        Holds(Two with { Kinds = Fault.SourceCutOff, OnSourceSilent = SilenceAction.FailOver });

    [Fact]
    public void a_message_whose_handler_throws_is_dead_lettered_on_whichever_instance() =>
        Holds(Two with { Kinds = Fault.SourceDies, Failing = 0b01 });

    [Fact]
    public void a_fence_that_comes_too_early_costs_the_migration_and_no_message() =>
        Holds(Two with { Faults = 0, ShortSettling = true });

    private static void Holds(Bounds bounds)
    {
        var check = Check.Everything("", bounds);

        Assert.True(check.Holds, check.Story);
        Assert.True(check.Verdict.Complete);
        // A model in which nothing happens would hold too.
        Assert.True(check.Verdict.Finals > 1, "No end was reached.");
    }
}
