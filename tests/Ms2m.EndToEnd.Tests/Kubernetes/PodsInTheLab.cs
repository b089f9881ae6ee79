using System.Net;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation;
using Ms2m.Tests.Simulation.Http;

namespace Ms2m.EndToEnd.Tests.Kubernetes;

/// <summary>The lab as a Kubernetes cluster: its engine and its workers are those of any cluster, connected to a simulated
/// API server with simulated controllers; on the nodes podman stands for CRI-O. Real are the broker, the store, the
/// processes, their checkpoints and their restores.</summary>
public sealed class PodsInTheLab(LabFixture lab) : IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Dictionary<string, PodmanKubelet> _kubelets = [];
    private readonly List<Task> _running = [];
    private SimulatedServer? _server;

    internal SimulatedCluster Cluster { get; } = new();

    internal PodmanKubelet Kubelet(string node) => _kubelets[node];

    /// <summary>Applies an owner of one pod of the sample workload, and waits until the pod is let in.</summary>
    internal async Task<Pod> Start(string owner, CancellationToken cancel)
    {
        OrdersOnPods.Apply(Cluster, owner);
        return await Until("the pod is let in", cluster => cluster.All(Kinds.Pods).FirstOrDefault(pod =>
            pod.Metadata.Label(Markings.Instance) is not null && pod.Metadata.Annotation(Markings.InstanceFile) is not null), cancel);
    }

    /// <summary>Takes away whatever a test has left, and the queue.</summary>
    internal async Task Clear(CancellationToken cancel)
    {
        OrdersOnPods.Remove(Cluster);
        await Until("no pod is left", cluster => cluster.All(Kinds.Pods).Count == 0 ? cluster : null, cancel);
        await lab.Cluster.Broker.DeleteQueue(OrdersWorkload.Queue, cancel);
        // A worker that still names an instance holds its workload's name.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while ((await lab.Cluster.Engine.Workloads(patience.Token)).As<List<WorkloadView>>().Count > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
        }
    }

    /// <summary>Waits for something to be so in the cluster.</summary>
    internal async Task<T> Until<T>(string what, Func<SimulatedCluster, T?> look, CancellationToken cancel, int seconds = 60)
        where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(seconds));
        while (true)
        {
            if (look(Cluster) is { } seen)
            {
                return seen;
            }

            if (_running.FirstOrDefault(task => task.IsFaulted) is { } failed)
            {
                await failed;
            }

            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {seconds} s until {what}. The cluster:\n{Described()}");
            }
        }
    }

    internal string Described() => string.Join('\n', Cluster.All(Kinds.Pods).Select(pod =>
        $"{pod.Metadata.Name} on {pod.Spec?.NodeName}: {pod.Status?.Phase}, labels {string.Join(' ', pod.Metadata.Labels ?? new Dictionary<string, string>())}, "
        + $"owner {pod.Metadata.Controller?.Name}, {pod.Metadata.Annotation(Markings.InstanceFile)}"));

    public async Task InitializeAsync()
    {
        await lab.Ready();
        // Workers of pods see no container of another test, and would find it again when they are podman's once more.
        await new OrdersWorkload(lab.Cluster.Engine, lab.Cluster.Broker).Remove(CancellationToken.None);
        await StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        var none = CancellationToken.None;
        // While there are workers who see the pods go: other tests' workload has the same name.
        await Clear(none);
        await _ending.CancelAsync();
        await Task.WhenAll(_running.Select(task => task.ContinueWith(_ => { }, TaskScheduler.Default)));
        foreach (var kubelet in _kubelets.Values)
        {
            await kubelet.CleanAsync(none);
        }

        await RestartAsync("", "", none);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    public void Dispose() => _ending.Dispose();

    private async Task StartAsync(CancellationToken cancel)
    {
        var state = Path.GetDirectoryName((await lab.Tool.Must(["env"], cancel)).Trim())!;
        var cluster = (await File.ReadAllTextAsync(Path.Combine(state, "secrets", "cluster"), cancel)).Trim();
        var gateway = IPAddress.None;
        foreach (var node in new[] { LabFixture.Source, LabFixture.Target })
        {
            var address = (await lab.Tool.InNode(node, "ip -4 -o addr show scope global | sed -n 's,.* inet \\([0-9.]*\\)/.*,\\1,p' | head -1", cancel))!.Trim();
            gateway = IPAddress.Parse(address[..address.LastIndexOf('.')] + ".1");
            Cluster.Change(one => one.Store.Put(Kinds.Nodes, Described(one.Nodes.Add(node), address)));
            _kubelets[node] = new PodmanKubelet(node, address, lab.Tool, Cluster, Credentials.WorkloadKey(cluster, OrdersWorkload.Name));
            await _kubelets[node].CleanAsync(cancel);
        }

        var at = new IPEndPoint(gateway, 16443);
        _server = await SimulatedServer.StartAsync(Cluster, at, order => _kubelets[order.Node].CheckpointAsync(order));
        _running.Add(ControlAsync());
        _running.AddRange(_kubelets.Values.Select(kubelet => kubelet.RunAsync(_ending.Token)));
        var kubeconfig = Path.Combine(state, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, Kubeconfig(at), cancel);
        foreach (var node in _kubelets.Keys)
        {
            await File.WriteAllTextAsync(Path.Combine(state, "nodes", node, "data", "kubeconfig"), Kubeconfig(at), cancel);
        }

        await RestartAsync(
            $"MS2M_KUBERNETES={kubeconfig} POD_NAME=engine-0 POD_NAMESPACE=ms2m-system",
            "MS2M_RUNTIME=kubernetes MS2M_KUBERNETES=/var/lib/ms2m/kubeconfig MS2M_KUBELET=proxy", cancel);
    }

    private async Task RestartAsync(string engine, string worker, CancellationToken cancel)
    {
        Environment.SetEnvironmentVariable("MS2M_LAB_ENGINE_SETTINGS", engine);
        Environment.SetEnvironmentVariable("MS2M_LAB_WORKER_SETTINGS", worker);
        foreach (var part in (string[][])[["engine"], .. new[] { LabFixture.Source, LabFixture.Target }.Select(node => (string[])["worker", node])])
        {
            await lab.Tool.Must([.. part, "stop"], cancel);
            await lab.Tool.Must([.. part, "start"], cancel);
        }

        Environment.SetEnvironmentVariable("MS2M_LAB_ENGINE_SETTINGS", null);
        Environment.SetEnvironmentVariable("MS2M_LAB_WORKER_SETTINGS", null);
        await lab.Ready();
        // What the engine knows of the nodes is what they were until each has reported as what it is now.
        var restarted = TimeProvider.System.GetTimestamp();
        while ((await lab.Cluster.Engine.Nodes(cancel)).As<List<NodeView>>().Any(one => one.Node is LabFixture.Source or LabFixture.Target
            && one.AgeMs >= TimeProvider.System.GetElapsedTime(restarted).TotalMilliseconds))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancel);
        }
    }

    /// <summary>The controllers and the scheduler; the nodes are the lab's.</summary>
    private async Task ControlAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            Cluster.Change(cluster =>
            {
                foreach (var controller in Controllers.All)
                {
                    cluster.Controllers.Hear(controller);
                    cluster.Controllers.Decide(controller);
                    while (cluster.Controllers.Act(controller))
                    {
                    }
                }

                foreach (var pod in cluster.Store.All(Kinds.Pods).ToList())
                {
                    cluster.Nodes.Schedule(pod);
                }
            });
            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }
    }

    private static Node Described(Node node, string address) => node with
    {
        Status = node.Status! with
        {
            Addresses = [new NodeAddress { Type = "InternalIP", Address = address }],
            NodeInfo = new NodeInfo { ContainerRuntimeVersion = "cri-o://1.37.0", KubeletVersion = "v1.36.0" },
            Images = [new NodeImage { Names = [OrdersWorkload.Image] }],
        },
    };

    private static string Kubeconfig(IPEndPoint at) => $$"""
        apiVersion: v1
        kind: Config
        current-context: lab
        clusters: [{name: lab, cluster: {server: "http://{{at}}" } }]
        contexts: [{name: lab, context: {cluster: lab, user: lab} }]
        users: [{name: lab, user: {token: none} }]
        """;
}
