using Microsoft.Extensions.DependencyInjection;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Preflight;
using Ms2m.NodeWorker.Preflight.Kubernetes;
using Ms2m.NodeWorker.Runtimes.Kubernetes;
using Ms2m.NodeWorker.Tests.Kubernetes.Stage;
using Ms2m.NodeWorker.Tests.Steps;

namespace Ms2m.NodeWorker.Tests.Kubernetes;

public sealed class NodeChecksTests : IDisposable
{
    private readonly PodStage _stage = new();

    public void Dispose() => _stage.Dispose();

    private ThisNode Node => new(_stage.Api, _stage.Options, [_stage.Loader], TimeProvider.System);

    /// <summary>As a real server answers, which stores no such question.</summary>
    private sealed class Allowing(string subresource) : StandIn
    {
        public override Task<ApiAnswer<T>> CreateAsync<T>(Kind<T> kind, T what, CancellationToken cancel) => Task.FromResult<ApiAnswer<T>>(
            (T)(KubernetesObject)((what as SelfSubjectAccessReview)! with
            {
                Status = new AccessStatus { Allowed = (what as SelfSubjectAccessReview)!.Spec!.ResourceAttributes!.Subresource == subresource },
            }));
    }

    [Theory]
    [InlineData(KubeletWay.Direct, "checkpoint", true)]
    [InlineData(KubeletWay.Direct, "proxy", false)]
    [InlineData(KubeletWay.Proxy, "proxy", true)]
    [InlineData(KubeletWay.Proxy, "checkpoint", false)]
    [InlineData(KubeletWay.Auto, "checkpoint", true)]
    [InlineData(KubeletWay.Auto, "proxy", true)]
    [InlineData(KubeletWay.Auto, "nothing", false)]
    public async Task the_right_to_checkpoints_depends_on_the_way_to_the_kubelet(KubeletWay way, string granted, bool enough)
    {
        var options = _stage.Options with { Kubernetes = _stage.Options.Kubernetes! with { Kubelet = way } };

        var feature = await new CheckpointRightCheck(new Allowing(granted), options).LookAsync(default);

        Assert.Equal(("kubelet-checkpoints", enough), (feature.Name, feature.Available));
    }

    [Fact]
    public async Task a_folder_that_is_not_mounted_is_missed()
    {
        Assert.True((await new KubeletFolderCheck(_stage.Options).LookAsync(default)).Available);
        Directory.Delete(_stage.Folder);
        Assert.False((await new KubeletFolderCheck(_stage.Options).LookAsync(default)).Available);
    }

    [Theory]
    [InlineData("# a comment\ntcp-close\n", true)]
    [InlineData("#tcp-close\n", false)]
    [InlineData(null, false)]
    public async Task the_nodes_criu_must_be_told_to_let_go_of_connections(string? content, bool told)
    {
        var file = Path.Combine(_stage.Options.Data, "runc.conf");
        if (content is not null)
            File.WriteAllText(file, content);
        var options = _stage.Options with { Kubernetes = _stage.Options.Kubernetes! with { CriuConfiguration = file } };

        Assert.Equal(told, (await new TcpCloseCheck(options).LookAsync(default)).Available);
    }

    [Theory]
    [InlineData("containerd://2.1.9", true, "containerd 2.1.9")]
    [InlineData("docker://28.0.0", false, "no runtime that restores")]
    public async Task the_nodes_runtime_must_be_one_that_restores(string version, bool known, string said)
    {
        _stage.Cluster.Change(cluster => cluster.Store.Put(Kinds.Nodes, cluster.Find(Kinds.Nodes, null, "node1")! with
        {
            Status = new NodeStatus { NodeInfo = new NodeInfo { ContainerRuntimeVersion = version } },
        }));

        var feature = await new RuntimeOfNodeCheck(Node).LookAsync(default);

        Assert.Equal(known, feature.Available);
        Assert.Contains(said, feature.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_node_reports_its_runtime_in_the_place_of_podman()
    {
        NodeFeatures? features = null;
        await using var stage = await WorkerStage.OpenAsync(
            "node1", change: options => options with { Kubernetes = _stage.Options.Kubernetes },
            services: services =>
            {
                services.AddSingleton<IKubernetesApi>(_stage.Api);
                services.AddSingleton(s => features = new NodeFeatures(
                    [s.GetServices<INodeCheck>().OfType<RuntimeOfNodeCheck>().Single(), .. s.GetServices<INodeCheck>().OfType<NotOfPods>()],
                    TimeProvider.System));
            });

        await stage.ReportAsync();
        await features!.LookAsync(default);
        var report = await stage.ReportAsync();

        Assert.Equal("containerd 2.1.9", report.Versions["runtime"]);
        Assert.DoesNotContain("podman", report.Versions.Keys);
        Assert.All(["workload-network", "post-copy"], name => Assert.Contains(report.Features, one => one.Name == name && !one.Available));
    }
}
