using System.Formats.Tar;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Kubernetes;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.Tests.Simulation;

namespace Ms2m.NodeWorker.Tests.Kubernetes.Stage;

/// <summary>The runtime of one node of a simulated cluster, whose kubelet writes its archives into a folder.</summary>
internal sealed class PodStage : IDisposable
{
    public const string Space = "shop";

    private readonly TemporaryFolder _folder = new();

    public PodStage(string node = "node1", SimulatedCluster? cluster = null)
    {
        Options = TestOptions.In(_folder.Path, node) with
        {
            NodeKey = "",
            Kubernetes = new KubernetesSettings { KubeletCheckpoints = Path.Combine(_folder.Path, "archives") },
        };
        PrivateFiles.CreateFolder(Options.Checkpoints);
        Directory.CreateDirectory(Folder);
        Cluster = cluster ?? new SimulatedCluster { Lives = true };
        Api = new ApiOfTest(Cluster) { Kubelet = Write };
        foreach (var name in (string[])["node1", "node2"])
        {
            if (Cluster.Find(Kinds.Nodes, null, name) is null)
                AddNode(name);
        }
        Pods = new NodePods(Api, Options, TimeProvider.System);
        Files = new FilesInPods(new InstanceFolders(Options), Pods);
        Archives = new KubeletArchives(Options, NullLogger<KubeletArchives>.Instance);
        Losses = new LossNotices(Api, TimeProvider.System, NullLogger<LossNotices>.Instance);
        Kubelet = new KubeletCheckpoints(Api, Archives, Options, Time)
        {
            Remembers = TimeSpan.FromMilliseconds(100),
            Pause = TimeSpan.FromMilliseconds(10),
        };
        Runtime = new KubernetesRuntime(
            Api, Pods, Kubelet, new ThisNode(Api, Options, [Loader], TimeProvider.System), new ContainerProcesses(), Losses, Options,
            TimeProvider.System, NullLogger<KubernetesRuntime>.Instance);
    }

    public SimulatedCluster Cluster { get; }

    public ApiOfTest Api { get; }

    public WorkerOptions Options { get; }

    public NodePods Pods { get; }

    public FilesInPods Files { get; }

    public KubeletArchives Archives { get; }

    public KubeletCheckpoints Kubelet { get; }

    public LossNotices Losses { get; }

    public LoaderOfTest Loader { get; } = new();

    public KubernetesRuntime Runtime { get; }

    public TimeProvider Time { get; } = TimeProvider.System;

    /// <summary>The kubelet's.</summary>
    public string Folder => Options.Kubernetes!.KubeletCheckpoints;

    public void Dispose() => _folder.Dispose();

    /// <summary>A pod of a Deployment as its owner makes one, running.</summary>
    public Pod Waiting(string name = "orders-1", string node = "node1")
    {
        var pod = Objects.Pod(Space, name, node, (Markings.Workload, "orders"), ("app", "orders"));
        Cluster.Given(Kinds.Pods, pod with
        {
            Spec = pod.Spec! with { RestartPolicy = "Always" },
            Status = new PodStatus { Phase = "Pending" },
            Metadata = pod.Metadata with { Annotations = new Dictionary<string, string> { [Markings.Queue] = "orders" } },
        });
        Cluster.Settle();
        return Find(name)!;
    }

    public Pod? Find(string name) => Cluster.Find(Kinds.Pods, Space, name);

    /// <summary>What the consumer of RunWorkload does with a pod that was found.</summary>
    public async Task<Outcome<Container>> LetInAsync(Pod pod)
    {
        var (instance, spec) = (PodWorkloads.InstanceToBe(pod), PodWorkloads.SpecOf(pod)!);
        Assert.Null(await Files.WriteAsync(new InstanceFile(instance, spec.Name, InstanceRole.Active, 1, Options.BrokerUriOf(instance)), default));
        return await Runtime.RunAsync(Request(instance, spec), default);
    }

    public ContainerRequest Request(string instance, WorkloadSpec spec) => new(instance, spec, Files.PathOf(spec.Name));

    /// <summary>An empty folder for a checkpoint.</summary>
    public string NewFolder(string name = "out")
    {
        var folder = Path.Combine(_folder.Path, name);
        PrivateFiles.CreateFolder(folder);
        return folder;
    }

    /// <summary>What the container has changed in its files, as the runtime tells it.</summary>
    public byte[]? Changed { get; set; }

    /// <summary>What a kubelet does with an order.</summary>
    public ApiAnswer<string> Write(CheckpointOrder order)
    {
        var path = Path.Combine(Folder, $"{ArchiveNote.PrefixOf(order.Pod, order.Namespace, order.Container)}{Time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}.tar");
        using var tar = new TarWriter(File.Create(path));
        foreach (var (name, content) in ((string, string)[])[("checkpoint/inventory.img", "i"), ("checkpoint/pages-1.img", "memory"), ("spec.dump", "{}")])
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = new MemoryStream(Encoding.ASCII.GetBytes(content)),
            });
        }
        if (Changed is not null)
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, CheckpointFiles.Changed) { DataStream = new MemoryStream(Changed) });
        return path;
    }

    private void AddNode(string name) => Cluster.Given(Kinds.Nodes, new Node
    {
        Metadata = new ObjectMeta { Name = name, Labels = new Dictionary<string, string> { ["kubernetes.io/hostname"] = name } },
        Status = new NodeStatus
        {
            Conditions = [new Condition { Type = "Ready", Status = "True" }],
            NodeInfo = new NodeInfo { ContainerRuntimeVersion = "containerd://2.1.9", Architecture = "amd64" },
        },
    });
}
