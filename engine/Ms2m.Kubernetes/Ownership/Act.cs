using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Ownership;

/// <summary>What to do next.</summary>
public abstract record Act
{
    private Act()
    {
    }

    /// <summary>It is so.</summary>
    public sealed record Nothing : Act;

    /// <summary>Somebody else is to do something.</summary>
    /// <param name="For">As it stands after "waits for".</param>
    public sealed record Wait(string For) : Act
    {
        /// <summary>Where there is more to say to whoever waits in vain.</summary>
        public ApiProblem? Because { get; init; }
    }

    /// <summary>It cannot be so, or not without somebody's help.</summary>
    public sealed record Refuse(ApiProblem Problem) : Act;

    /// <param name="ResourceVersion">Nobody else may have changed it since.</param>
    public sealed record Scale(ObjectName StatefulSet, int Replicas, string ResourceVersion) : Act;

    /// <summary>Sets labels and annotations of a pod, or removes those without a value.</summary>
    public sealed record Mark(Pod Pod, IReadOnlyDictionary<string, string?> Labels, IReadOnlyDictionary<string, string?> Annotations) : Act
    {
        /// <summary>All that it is to have; null leaves them.</summary>
        public IReadOnlyList<string>? Finalizers { get; init; }

        /// <summary>Refused when it is another pod, or anything about it has changed: a copy that was ready is ready still when
        /// it gets its labels.</summary>
        public Patch Patch
        {
            get
            {
                var metadata = new JsonObject
                {
                    ["uid"] = Pod.Metadata.Uid,
                    ["resourceVersion"] = Pod.Metadata.ResourceVersion,
                    ["labels"] = Fields(Labels),
                    ["annotations"] = Fields(Annotations),
                };
                if (Finalizers is not null)
                {
                    metadata["finalizers"] = new JsonArray([.. Finalizers.Select(one => JsonValue.Create(one))]);
                }
                return Patch.Merge(new JsonObject { ["metadata"] = metadata });
            }
        }

        private static JsonObject Fields(IReadOnlyDictionary<string, string?> values) =>
            new(values.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value)));
    }

    public static Act Done { get; } = new Nothing();

    /// <summary>What passes by itself is waited for.</summary>
    internal static Act WaitOrRefuse(ApiProblem problem) => problem.IsConflict ? WaitWhile(problem) : new Refuse(problem);

    internal static Wait WaitWhile(ApiProblem problem) => new(problem.Message) { Because = problem };

    internal static Mark Label(Pod pod, IReadOnlyDictionary<string, string?> labels, string? cost = null) => new(
        pod, labels, cost is null ? None : new Dictionary<string, string?> { [Markings.DeletionCost] = cost });

    internal static Mark Hold(Pod pod) => new(pod, None, None)
    {
        Finalizers = [.. pod.Metadata.Finalizers ?? [], Markings.HoldsName],
    };

    internal static Mark LetGo(Pod pod) => new(pod, None, None)
    {
        Finalizers = [.. (pod.Metadata.Finalizers ?? []).Where(one => one != Markings.HoldsName)],
    };

    /// <param name="cost">Null removes it.</param>
    internal static Mark Price(Pod pod, string? cost) =>
        new(pod, None, new Dictionary<string, string?> { [Markings.DeletionCost] = cost });

    private static Dictionary<string, string?> None => [];
}
