namespace Ms2m.Contracts;

/// <summary>What a workload is, wherever it runs. Travels with the container as a label.</summary>
/// <param name="Name">DNS label, unique in the cluster.</param>
/// <param name="Image">Container image, present on every node that may host it.</param>
/// <param name="Queue">The primary queue Q that the workload consumes.</param>
/// <param name="Environment">Environment variables of the container; no secrets (they are part of the frozen memory).</param>
/// <param name="Publishes">Exchanges to which it may send effects, beside those of its own name space; a <c>*</c> stands
/// for any characters.</param>
/// <param name="Binds">Exchanges to which it may bind its queue, beside those of its own name space; a <c>*</c> as
/// above.</param>
public sealed record WorkloadSpec(
    string Name,
    string Image,
    string Queue,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<string>? Publishes = null,
    IReadOnlyList<string>? Binds = null);
