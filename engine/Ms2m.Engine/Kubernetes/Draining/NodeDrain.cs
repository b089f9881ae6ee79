using Ms2m.Engine.Cluster;
using Ms2m.Engine.Kubernetes.Leading;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Kubernetes.Draining;

/// <summary>Asks for the migrations that empty a node, as objects that everybody can see. What becomes of them is the
/// operator's; how many run at once is the engine's.</summary>
internal sealed partial class NodeDrain(
    IKubernetesApi api, ClusterReader cluster, ClusterEvents events, KubernetesOptions options, TimeProvider time, ILogger<NodeDrain> logger)
    : ILeaderDuty
{
    public async Task RunAsync(CancellationToken leading)
    {
        while (true)
        {
            try
            {
                await RoundAsync(leading);
            }
            catch (Exception failure) when (!leading.IsCancellationRequested)
            {
                LogFailed(failure is KubernetesRefusedException ? failure.Message : failure.GetType().Name, failure);
            }

            await Task.Delay(options.DrainEvery, time, leading);
        }
    }

    private async Task RoundAsync(CancellationToken token)
    {
        var pods = await AllAsync(Kinds.Pods, new Selection(Labels: Markings.Workload), token);
        // Most of the time nobody opted in is to go, and one question is enough to know.
        var nodes = await AllAsync(Kinds.Nodes, Selection.All, token);
        var picture = new DrainPicture(nodes, pods, [], [], []);
        var now = time.GetUtcNow();
        if (!pods.Any(pod => DrainRule.MustGo(pod, picture, now)))
        {
            return;
        }

        picture = picture with
        {
            Budgets = await AllAsync(Kinds.Budgets, Selection.All, token),
            Migrations = await AllAsync(Kinds.Migrations, Selection.All, token),
            Reports = [.. await cluster.NodesAsync(token)],
        };
        foreach (var act in DrainRule.Next(picture, now))
        {
            await DoAsync(act, token);
        }
    }

    private async Task DoAsync(DrainAct act, CancellationToken token)
    {
        switch (act)
        {
            case DrainAct.Move { Migration: var asked }:
                var made = await api.CreateAsync(Kinds.Migrations, asked, token);
                if (made.Problem is null)
                {
                    LogMoves(asked.Metadata.Namespace!, asked.Spec!.SourcePod, asked.Spec.TargetNode, asked.Metadata.Name!);
                }
                else if (!made.Problem.Exists)
                {
                    LogFailed(made.Problem.Message, null);
                }

                break;
            case DrainAct.SayOfPod(var pod, var saying):
                await events.SayAsync(ClusterEvents.About(Kinds.Pods, pod), saying, token);
                break;
            case DrainAct.SayOfNode(var node, var saying):
                await events.SayAsync(ClusterEvents.About(Kinds.Nodes, node), saying, token);
                break;
        }
    }

    private async Task<IReadOnlyList<T>> AllAsync<T>(Kind<T> kind, Selection which, CancellationToken token)
        where T : KubernetesObject
    {
        var answer = await api.ListAsync(kind, which, token);
        return answer.Problem is { } problem ? throw new KubernetesRefusedException(problem) : answer.Value.Items;
    }

    [LoggerMessage(1830, LogLevel.Information, "Drain: {Namespace}/{Pod} moves to {Target}, asked for by {Name}")]
    private partial void LogMoves(string @namespace, string pod, string target, string name);

    [LoggerMessage(1831, LogLevel.Warning, "Drain: a look at the cluster failed; it is looked at again: {Reason}")]
    private partial void LogFailed(string reason, Exception? failure);
}
