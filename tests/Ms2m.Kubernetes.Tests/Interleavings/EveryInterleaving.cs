using Ms2m.Contracts;
using Xunit.Abstractions;

namespace Ms2m.Kubernetes.Tests.Interleavings;

/// <summary>Every order in which the calls of the engine, of a controller with a view however old, of the nodes and of
/// admission can follow each other while a pod is moved.</summary>
public sealed class EveryInterleaving(ITestOutputHelper output)
{
    private static readonly HashSet<Fault> _ofTheSource = [Fault.EngineDies, Fault.SourceCrashes, Fault.SourceDeleted];

    private static readonly HashSet<Fault> _all = [.. Enum.GetValues<Fault>()];

    /// <summary>MS2M_MOST_STATES visits more than a suite has time for.</summary>
    private static readonly int _most = int.TryParse(Environment.GetEnvironmentVariable("MS2M_MOST_STATES"), out var most) ? most : 40_000;

    public static TheoryData<PodOwner> Owners => [PodOwner.StatefulSet, PodOwner.ReplicaSet, PodOwner.Nobody];

    [Theory]
    [MemberData(nameof(Owners))]
    public void without_faults_the_owner_makes_no_empty_pod_and_ends_with_the_copy_alone(PodOwner owner) => Holds(new Scene(owner));

    [Theory]
    [MemberData(nameof(Owners))]
    public void two_engines_at_once_come_to_the_same(PodOwner owner) => Holds(new Scene(owner) { Twice = true, Lag = 1, LooksAtOnce = true });

    [Fact]
    public void a_source_that_comes_back_is_its_owners_again() => Holds(new Scene(PodOwner.StatefulSet) { RollsBack = true });

    [Fact]
    public void a_way_back_that_does_not_settle_the_name_first_loses_the_source() =>
        Assert.NotNull(Explorer.Run(new Scene(PodOwner.StatefulSet) { RollsBack = true, Settles = false }).Wrong);

    [Theory]
    [MemberData(nameof(Owners))]
    public void what_happens_to_engine_and_source_takes_nothing_from_the_copy(PodOwner owner) =>
        Holds(new Scene(owner) { Faults = 1, Lag = 0, LooksAtOnce = true, Most = _most, MustSucceed = true, Allowed = _ofTheSource });

    [Theory]
    [MemberData(nameof(Owners))]
    public void nor_does_it_where_views_lag(PodOwner owner) =>
        Holds(new Scene(owner) { Faults = 1, Lag = 2, Most = _most, MustSucceed = true, Allowed = _ofTheSource });

    [Theory]
    [MemberData(nameof(Owners))]
    public void whatever_fails_no_empty_one_is_let_in_beside_one_that_knows_something(PodOwner owner) =>
        Holds(new Scene(owner) { Faults = 1, Lag = 0, LooksAtOnce = true, Most = _most, Allowed = _all });

    [Theory]
    [MemberData(nameof(Owners))]
    public void nor_where_two_things_fail_and_views_lag(PodOwner owner) =>
        Holds(new Scene(owner) { Faults = 2, Lag = 2, Most = _most, Allowed = _all });

    private void Holds(Scene scene)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var verdict = Explorer.Run(scene);
        output.WriteLine($"{scene.Owner} {clock.Elapsed}: {verdict}");
        Assert.True(verdict.Wrong is null, verdict.ToString());
    }
}
