using System.Text.Json;
using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>What a container carries so that any worker can tell what it is.</summary>
internal static class Labels
{
    public const string Instance = "io.ms2m.instance";
    public const string Workload = "io.ms2m.workload";
    public const string Spec = "io.ms2m.spec";

    public static Dictionary<string, string> For(string instance, WorkloadSpec spec) => new()
    {
        [Instance] = instance,
        [Workload] = spec.Name,
        [Spec] = JsonSerializer.Serialize(spec, ContractJson.Options),
    };

    public static WorkloadSpec? SpecOf(IReadOnlyDictionary<string, string>? labels)
    {
        if (labels is null || !labels.ContainsKey(Instance) || !labels.TryGetValue(Spec, out var text))
            return null;
        try
        {
            return JsonSerializer.Deserialize<WorkloadSpec>(text, ContractJson.Options);
        }
        catch (JsonException)
        {
            // Somebody else's label of the same name: not a workload of ours.
            return null;
        }
    }
}
