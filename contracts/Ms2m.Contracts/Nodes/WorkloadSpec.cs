namespace Ms2m.Contracts;

/// <summary>What a workload is, wherever it runs. Travels with the container as a label.</summary>
/// <param name="Name">DNS label, unique in the cluster.</param>
/// <param name="Image">Container image, present on every node that may host it.</param>
/// <param name="Queue">The primary queue Q that the workload consumes by the rules of docs/writing-a-workload.md; absent
/// for a process that knows nothing of us.</param>
/// <param name="Environment">Environment variables of the container; no secrets (they are part of the frozen memory).</param>
/// <param name="Publishes">Exchanges to which it may send effects, beside those of its own name space; a <c>*</c> stands
/// for any characters.</param>
/// <param name="Binds">Exchanges to which it may bind its queue, beside those of its own name space; a <c>*</c> as
/// above.</param>
public sealed record WorkloadSpec(
    string Name,
    string Image,
    string? Queue,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<string>? Publishes = null,
    IReadOnlyList<string>? Binds = null)
{
    /// <summary>Arguments in place of the image's own; absent where the image's will do.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>An address of its own on the nodes' network, which moves with it; absent where it shares its node's.</summary>
    public WorkloadAddress? Address { get; init; }

    /// <summary>Volumes, by the place where they are mounted; their contents move with it.</summary>
    public IReadOnlyList<WorkloadVolume>? Volumes { get; init; }

    /// <summary>Absent where its instances are no pods.</summary>
    public WorkloadPod? Pod { get; init; }

    /// <summary>What its owner declares of it, for the choice of a strategy.</summary>
    public WorkloadTraits? Traits { get; init; }
}
