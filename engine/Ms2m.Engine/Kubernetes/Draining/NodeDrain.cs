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
    /// <summary>Of how many looks at the pods one is at the nodes, too.</summary>
    private const int LookAtNodes = 3;

    private (IReadOnlyList<Node> Nodes, DateTimeOffset At)? _nodes;

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
        var now = time.GetUtcNow();
        // Most of the time nobody is to go, and nodes are large: an old picture of them is enough to know.
        if (!pods.Any(PodPlace.HoldsState) || !MustAnyGo(pods, await NodesAsync(options.DrainEvery * LookAtNodes, token), now))
        {
            return;
        }

        var picture = new DrainPicture(
            await NodesAsync(TimeSpan.Zero, token),
            pods,
            await AllAsync(Kinds.Budgets, Selection.All, token),
            await AllAsync(Kinds.Migrations, Selection.All, token),
            [.. await cluster.NodesAsync(token)]);
        foreach (var act in DrainRule.Next(picture, now))
        {
            await DoAsync(act, token);
        }
    }

    private static bool MustAnyGo(IReadOnlyList<Pod> pods, IReadOnlyList<Node> nodes, DateTimeOffset now) =>
        new DrainPicture(nodes, pods, [], [], []) is var picture && pods.Any(pod => DrainRule.MustGo(pod, picture, now));

    private async Task<IReadOnlyList<Node>> NodesAsync(TimeSpan oldest, CancellationToken token)
    {
        if (_nodes is not { } known || time.GetUtcNow() - known.At >= oldest)
        {
            _nodes = known = (await AllAsync(Kinds.Nodes, Selection.All, token), time.GetUtcNow());
        }

        return known.Nodes;
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
