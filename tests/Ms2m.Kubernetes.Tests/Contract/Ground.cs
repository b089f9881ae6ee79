using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation.RealCluster;

namespace Ms2m.Kubernetes.Tests.Contract;

/// <summary>Where a rule is checked: the simulated cluster or a real one.</summary>
/// <param name="Namespace">Empty, and the rule's own.</param>
/// <param name="Nodes">Names of nodes on which pods may run.</param>
internal sealed record Ground(IKubernetesApi Api, string Namespace, IReadOnlyList<string> Nodes, Func<string, Func<Task<bool>>, Task> UntilAsync)
{
    public static Ground Simulated()
    {
        var cluster = new SimulatedCluster();
        cluster.Nodes.Add("node1");
        cluster.Nodes.Add("node2");
        return new Ground(cluster, "rules", ["node1", "node2"], async (what, isSo) =>
        {
            cluster.Settle();
            Assert.True(await isSo(), $"It came to rest, and yet: {what}");
        });
    }

    public static async Task<Ground> RealAsync(RealClusterConnection cluster)
    {
        var nodes = await cluster.Client.ListAsync(Kinds.Nodes, Selection.All, default);
        return new Ground(
            cluster.Client, await cluster.NamespaceAsync(),
            [.. nodes.Value.Items.Where(node => node.Spec?.Taints is null or { Count: 0 }).Select(node => node.Metadata.Name!)],
            (what, isSo) => RealClusterConnection.EventuallyAsync(what, _ => isSo()));
    }

    public ObjectName Named(string name) => new(Namespace, name);

    public async Task<Pod?> PodAsync(string name)
    {
        var answer = await Api.GetAsync(Kinds.Pods, Named(name), default);
        return answer.Problem is null ? answer.Value : null;
    }

    public async Task<IReadOnlyList<Pod>> PodsAsync(string labels) =>
        (await Api.ListAsync(Kinds.Pods, new Selection(Namespace, labels), default)).Value.Items;

    public async Task<T> MadeAsync<T>(Kind<T> kind, T what)
        where T : KubernetesObject
    {
        var answer = await Api.CreateAsync(kind, what, default);
        Assert.Null(answer.Problem);
        return answer.Value;
    }

    public Task ReadyAsync(string name) => UntilAsync($"{name} is ready", async () => await PodAsync(name) is { IsReady: true });

    public Task GoneAsync(string name) => UntilAsync($"{name} is gone", async () => await PodAsync(name) is null);
}
