using Ms2m.Contracts;
using Ms2m.Kubernetes.Ownership;
using Ms2m.Kubernetes.Resources;
using Xunit.Abstractions;

namespace Ms2m.Kubernetes.Tests.Interleavings;

/// <summary>The explorer sees what it is there to see: each of these is one wrong step away from what is done.</summary>
public sealed class SeededMistakes(ITestOutputHelper output)
{
    [Fact]
    public void a_source_removed_before_its_copy_is_adopted_brings_an_empty_pod() => Finds(
        "its owner made", new Scene(PodOwner.ReplicaSet) { RemovesFirst = true });

    [Fact]
    public void labels_before_the_copy_is_ready_cost_the_copy_of_a_replica_set() => Finds(
        "refused", new Scene(PodOwner.ReplicaSet)
        {
            Told = seen => seen with { Pods = [.. seen.Pods.Select(pod => IsCopy(pod) ? Ready(pod) : pod)] },
        });

    [Fact]
    public void labels_without_prices_cost_the_copy_of_a_replica_set() => Finds(
        "refused", new Scene(PodOwner.ReplicaSet)
        {
            Told = seen => seen.Pods.Any(pod => IsCopy(pod) && !pod.Metadata.IsGoing)
                ? seen with { Pods = [.. seen.Pods.Select(pod => IsCopy(pod) ? pod : Priced(pod, "-100"))] }
                : seen,
            Does = act => act is Act.Mark mark ? mark with { Annotations = new Dictionary<string, string?>() } : act,
        });

    [Fact]
    public void labels_before_scale_cost_the_copy_of_a_stateful_set() => Finds(
        "refused", new Scene(PodOwner.StatefulSet)
        {
            Told = seen => Restored(seen) ? seen with { StatefulSet = Changed(seen, set => set with { Replicas = 1 }) } : seen,
        });

    [Fact]
    public void labels_before_the_controller_knows_of_the_scale_cost_the_copy_of_a_stateful_set() => Finds(
        "refused", new Scene(PodOwner.StatefulSet)
        {
            Told = seen => Restored(seen) ? seen with { StatefulSet = Knowing(seen) } : seen,
        });

    [Fact]
    public void a_name_that_is_free_before_the_controller_counts_less_costs_the_copy_of_a_stateful_set() => Finds(
        "refused", new Scene(PodOwner.StatefulSet)
        {
            Told = seen => seen.Named is null ? seen with { StatefulSet = Counting(seen, 0) } : seen,
        });

    [Fact]
    public void a_name_that_nothing_holds_costs_the_copy_when_the_source_goes_by_itself() => Finds(
        "refused", new Scene(PodOwner.StatefulSet)
        {
            Faults = 1,
            Lag = 4,
            LooksAtOnce = true,
            MustSucceed = true,
            Allowed = new HashSet<Fault> { Fault.SourceDeleted },
            // The pod is believed to be held, and then to be let go.
            Told = seen => seen.Named is { } pod && seen.StatefulSet?.Spec?.Replicas == 1 && !IsCopy(pod)
                ? seen with { Named = pod with { Metadata = pod.Metadata with { Finalizers = [Markings.HoldsName] } } }
                : seen,
        });

    private void Finds(string wrong, Scene scene)
    {
        var verdict = Explorer.Run(scene);
        output.WriteLine($"{verdict.States} states: {verdict}");
        Assert.Contains(wrong, verdict.Wrong, StringComparison.Ordinal);
    }

    private static bool IsCopy(Pod pod) => pod.Metadata.Label(Markings.Instance) == Scene.Copy;

    private static bool Restored(Observed seen) => seen.Named is { } pod && IsCopy(pod);

    private static Pod Ready(Pod pod) => pod with { Status = new PodStatus { Conditions = [new Condition { Type = "Ready", Status = "True" }] } };

    private static Pod Priced(Pod pod, string cost) => pod with
    {
        Metadata = pod.Metadata with { Annotations = new Dictionary<string, string> { [Markings.DeletionCost] = cost } },
    };

    private static StatefulSet Changed(Observed seen, Func<ControllerSpec, ControllerSpec> how) =>
        seen.StatefulSet! with { Spec = how(seen.StatefulSet.Spec!) };

    private static StatefulSet Knowing(Observed seen) => seen.StatefulSet! with
    {
        Status = seen.StatefulSet.Status! with { ObservedGeneration = seen.StatefulSet.Metadata.Generation },
    };

    private static StatefulSet Counting(Observed seen, int replicas) =>
        seen.StatefulSet! with { Status = seen.StatefulSet.Status! with { Replicas = replicas } };
}
