using Ms2m.Contracts;
using Ms2m.Engine.Broker;
using Ms2m.Engine.Cluster;
using Ms2m.EventLog;
using Ms2m.EventLog.Claims;
using Ms2m.EventLog.Documents;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Npgsql;

namespace Ms2m.Engine.Pods;

/// <summary>Instances whose pods will not come back, though their node still names them, or named them before it fell
/// silent.</summary>
public sealed partial class LostPods(
    IEnumerable<IKubernetesApi> kubernetes, DocumentTable<NodeView, string> views, NpgsqlDataSource store, IInstanceAccess access,
    ILogger<LostPods> logger)
{
    /// <summary>Its container has ended: what it had in memory is gone.</summary>
    public static bool HasEnded(InstanceReported instance) => instance.State is "exited" or "stopped" or "dead";

    /// <summary>Shuts an instance out and strikes it from its node's report, if nobody can have it back.</summary>
    /// <returns>False while it may still be somebody's: its workload is being moved, or its pod is there and not on its way
    /// out.</returns>
    public async Task<bool> ForgetAsync(NodeReported node, InstanceReported instance, CancellationToken token)
    {
        if (await store.ClaimHolderAsync(instance.Spec.Name, token) is not null || !await IsGoneAsync(instance, token))
        {
            return false;
        }

        // Its node may be cut off and the process well: what it has at the broker is taken from it first.
        await access.RevokeAsync(instance.InstanceId, token);
        await using var session = new PgSession(store);
        await session.BeginAsync(token);
        if (await views.LoadForUpdateAsync(session, node.Node, token) is { Value: var view })
        {
            views.DeferUpsert(session, view with
            {
                Report = view.Report with
                {
                    Instances = [.. view.Report.Instances.Where(one => one.InstanceId != instance.InstanceId)],
                },
            });
        }

        await session.CommitAsync(token);
        LogLost(instance.InstanceId, node.Node, instance.Spec.Name);
        return true;
    }

    /// <summary>Whether the instance has a pod that is not on its way out. Where nobody can be asked, nobody is believed to be
    /// there: the caller has looked at the nodes' reports.</summary>
    public async Task<bool> IsThereAsync(string instance, WorkloadPod pod, CancellationToken token)
    {
        if (kubernetes.FirstOrDefault() is not { } api)
        {
            return false;
        }

        var found = await PodsOfAsync(api, pod, instance, token);
        return found.Problem is not null
            || found.Value.Items.Any(one => !one.Metadata.IsGoing && one.Status?.Phase is not ("Failed" or "Succeeded"));
    }

    private async Task<bool> IsGoneAsync(InstanceReported instance, CancellationToken token)
    {
        if (instance.Spec.Pod is not { } pod || kubernetes.FirstOrDefault() is not { } api)
        {
            return false;
        }

        var found = await PodsOfAsync(api, pod, instance.InstanceId, token);
        return found.Problem is null
            && (HasEnded(instance) || found.Value.Items.All(one => one.Metadata.IsGoing));
    }

    private static Task<ApiAnswer<ObjectList<Pod>>> PodsOfAsync(
        IKubernetesApi api, WorkloadPod pod, string instance, CancellationToken token) =>
        api.ListAsync(Kinds.Pods, new Selection(pod.Namespace, $"{Markings.Instance}={instance}"), token);

    [LoggerMessage(1214, LogLevel.Warning, "The state of {Workload} is lost: {Instance} on {Node} will not come back. It is shut out, and an instance that starts anew is let in")]
    private partial void LogLost(string instance, string node, string workload);
}
