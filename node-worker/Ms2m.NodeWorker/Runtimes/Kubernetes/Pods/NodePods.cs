using System.Text.Json.Nodes;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;

/// <summary>This node's pods, as the API server has them.</summary>
public sealed class NodePods(IKubernetesApi api, WorkerOptions options, TimeProvider time)
{
    /// <summary>Reports come every two seconds.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);

    private (IReadOnlyList<Pod> Pods, long At)? _seen;

    private string OnThisNode => $"spec.nodeName={options.Node}";

    /// <summary>Those that are instances.</summary>
    public Selection Instances => new(null, Markings.Instance, OnThisNode);

    /// <summary>Those that would like to be, and those whose owner has made them.</summary>
    public Task<Outcome<IReadOnlyList<Pod>>> WorkloadsAsync(CancellationToken cancel) =>
        ListAsync(new Selection(null, Markings.Workload, OnThisNode), cancel);

    public async Task<Outcome<IReadOnlyList<Pod>>> InstancesAsync(CancellationToken cancel)
    {
        var listed = await ListInstancesAsync(Instances, cancel);
        if (!listed.Failed)
            _seen = (listed.Value, time.GetTimestamp());
        return listed;
    }

    /// <summary>The same for a report: as they were listed last. A server that all nodes ask all the time has better things to
    /// do.</summary>
    public async Task<Outcome<IReadOnlyList<Pod>>> SeenAsync(CancellationToken cancel) =>
        _seen is { Pods: var pods, At: var at } && time.GetElapsedTime(at) < Fresh
            ? Outcome<IReadOnlyList<Pod>>.Of(pods)
            : await InstancesAsync(cancel);

    /// <param name="space">Its namespace, where that is known.</param>
    public async Task<Outcome<Pod?>> FindAsync(string instance, CancellationToken cancel, string? space = null)
    {
        var found = await ListInstancesAsync(new Selection(space, $"{Markings.Instance}={instance}", OnThisNode), cancel);
        if (found.Failed)
            return found.Trouble;
        var spaces = found.Value.Select(pod => pod.Metadata.Namespace ?? "").Distinct().Order(StringComparer.Ordinal).ToList();
        // Of one's pods one that is on its way out may still be there.
        return spaces.Count > 1 ? NodeFailures.PodNotTold(instance, spaces) : found.Value.OrderBy(pod => pod.Metadata.IsGoing).FirstOrDefault();
    }

    /// <summary>The pod of which a copy is to be made: wherever it runs, or where it is said to.</summary>
    public async Task<Outcome<Pod?>> SourceOfAsync(ContainerRequest request, CancellationToken cancel)
    {
        if (request.Spec.Pod is not { } wanted)
            return (Pod?)null;
        var there = await ListInstancesAsync(
            new Selection(wanted.Namespace, Markings.Instance, request.SourceNode is { } on ? $"spec.nodeName={on}" : null), cancel);
        return there.Failed ? there.Trouble
            : there.Value
                .Where(pod => PodWorkloads.InstanceOf(pod) != request.Name && PodWorkloads.SpecOf(pod) is { Pod: { } found } spec
                    && spec.Name == request.Spec.Name && found.Container == wanted.Container)
                .OrderBy(pod => pod.Metadata.IsGoing)
                .ThenBy(PodStates.HasLostState)
                .ThenByDescending(pod => PodWorkloads.FileOf(pod)?.Role == InstanceRole.Active)
                .FirstOrDefault();
    }

    public async Task<Outcome<Pod?>> GetAsync(ObjectName name, CancellationToken cancel)
    {
        var answer = await api.GetAsync(Kinds.Pods, name, cancel);
        return answer.Problem switch
        {
            null => answer.Value,
            { IsMissing: true } => (Pod?)null,
            var problem => TroubleOf($"show the pod {name}", problem),
        };
    }

    /// <summary>Changes labels and annotations of that very pod, as it was seen; null removes.</summary>
    /// <returns>False when it has changed since.</returns>
    public async Task<Outcome<bool>> MarkAsync(
        Pod pod, IReadOnlyDictionary<string, string?>? labels, IReadOnlyDictionary<string, string?> annotations,
        bool asSeen, CancellationToken cancel)
    {
        var change = new JsonObject { ["uid"] = pod.Metadata.Uid, ["annotations"] = Object(annotations) };
        if (labels is not null)
            change["labels"] = Object(labels);
        if (asSeen)
            change["resourceVersion"] = pod.Metadata.ResourceVersion;
        var answer = await api.PatchAsync(
            Kinds.Pods, NameOf(pod), Patch.Merge(new JsonObject { ["metadata"] = change }), cancel);
        return answer.Problem switch
        {
            null => true,
            { IsConflict: true } or { IsMissing: true } => false,
            var problem => TroubleOf($"mark the pod {NameOf(pod)}", problem),
        };
    }

    public static ObjectName NameOf(Pod pod) => new(pod.Metadata.Namespace, pod.Metadata.Name ?? "");

    public static Trouble TroubleOf(string what, ApiProblem problem) =>
        problem.IsForbidden ? NodeFailures.KubernetesForbids(what, problem.Message)
        : problem.IsPassing || problem.IsConflict ? NodeFailures.KubernetesSilent(what, problem.Message)
        : NodeFailures.KubernetesRefused(what, problem.Message);

    private async Task<Outcome<IReadOnlyList<Pod>>> ListAsync(Selection which, CancellationToken cancel)
    {
        var answer = await api.ListAsync(Kinds.Pods, which, cancel);
        return answer.Problem is { } problem ? TroubleOf("list pods", problem) : answer.Value.Items.ToList();
    }

    /// <summary>A label alone makes no instance: it may stand in a template, and whoever may make pods may write it.</summary>
    private async Task<Outcome<IReadOnlyList<Pod>>> ListInstancesAsync(Selection which, CancellationToken cancel)
    {
        var listed = await ListAsync(which, cancel);
        return listed.Failed ? listed : listed.Value.Where(PodWorkloads.IsInstance).ToList();
    }

    private static JsonObject Object(IReadOnlyDictionary<string, string?> texts) =>
        new(texts.Select(one => KeyValuePair.Create<string, JsonNode?>(one.Key, one.Value)));
}
