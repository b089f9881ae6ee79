using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Preflight;
using Ms2m.NodeWorker.Preflight.Kubernetes;
using Ms2m.NodeWorker.Runtimes.Kubernetes;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;
using Ms2m.NodeWorker.Tests.Kubernetes.Stage;
using Ms2m.NodeWorker.Tests.Steps;

namespace Ms2m.NodeWorker.Tests.Kubernetes;

public sealed class NodeChecksTests : IDisposable
{
    private readonly PodStage _stage = new();

    public void Dispose() => _stage.Dispose();

    private ThisNode Node => new(_stage.Api, _stage.Options, [_stage.Loader], TimeProvider.System);

    /// <summary>As a real server answers, which stores no such question.</summary>
    private sealed class Allowing(params string[] subresources) : StandIn
    {
        /// <summary>The kubelet's answer.</summary>
        public ApiProblem Kubelet { get; init; } = new(404, "", "pod does not exist");

        public List<CheckpointOrder> Orders { get; } = [];

        public override Task<ApiAnswer<string>> CheckpointAsync(CheckpointOrder order, CancellationToken cancel)
        {
            Orders.Add(order);
            return Task.FromResult<ApiAnswer<string>>(Kubelet);
        }

        public override Task<ApiAnswer<T>> GetAsync<T>(Kind<T> kind, ObjectName name, CancellationToken cancel) =>
            Task.FromResult<ApiAnswer<T>>((T)(KubernetesObject)new Node
            {
                Metadata = new ObjectMeta { Name = name.Name },
                Status = new NodeStatus { Addresses = [new NodeAddress { Type = "InternalIP", Address = "10.0.0.7" }] },
            });

        public override Task<ApiAnswer<T>> CreateAsync<T>(Kind<T> kind, T what, CancellationToken cancel) => Task.FromResult<ApiAnswer<T>>(
            (T)(KubernetesObject)((what as SelfSubjectAccessReview)! with
            {
                Status = new AccessStatus { Allowed = subresources.Contains((what as SelfSubjectAccessReview)!.Spec!.ResourceAttributes!.Subresource) },
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

        var feature = await RightAsync(new Allowing(granted), options);

        Assert.Equal(("kubelet-checkpoints", enough), (feature.Name, feature.Available));
    }

    [Theory]
    [InlineData(0, ApiProblem.Untrusted)]
    [InlineData(0, ApiProblem.Unreachable)]
    [InlineData(401, "")]
    public async Task a_kubelet_that_does_not_answer_us_is_found_out_before_anybody_wants_a_checkpoint(int code, string reason)
    {
        var api = new Allowing("checkpoint") { Kubelet = new ApiProblem(code, reason, "its certificate is strange") };

        var feature = await RightAsync(api, _stage.Options);

        Assert.False(feature.Available);
        Assert.Contains("its certificate is strange", feature.Detail, StringComparison.Ordinal);
        Assert.Equal(new Uri("https://10.0.0.7:10250"), Assert.Single(api.Orders).Kubelet);
    }

    [Fact]
    public async Task a_kubelet_that_does_not_answer_us_is_no_matter_where_the_server_asks_it()
    {
        var api = new Allowing("checkpoint", "proxy") { Kubelet = new ApiProblem(0, ApiProblem.Untrusted, "strange") };

        Assert.Equal((true, "create nodes/proxy"), await RightAsync(api, _stage.Options) is var feature ? (feature.Available, feature.Detail) : default);
    }

    private static Task<NodeFeature> RightAsync(Allowing api, WorkerOptions options) => new CheckpointRightCheck(
        api, new KubeletCheckpoints(api, new KubeletArchives(options, NullLogger<KubeletArchives>.Instance), options, TimeProvider.System),
        new ThisNode(api, options, [], TimeProvider.System), options).LookAsync(default);

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

    [Fact]
    public async Task a_node_whose_criu_refuses_locked_files_says_so_and_is_of_use()
    {
        var file = Path.Combine(_stage.Options.Data, "runc.conf");
        var options = _stage.Options with { Kubernetes = _stage.Options.Kubernetes! with { CriuConfiguration = file } };
        File.WriteAllText(file, "tcp-close\n");
        var without = await new TcpCloseCheck(options).LookAsync(default);
        File.WriteAllText(file, "tcp-close\nfile-locks\n");
        var with = await new TcpCloseCheck(options).LookAsync(default);

        Assert.Equal((true, true), (without.Available, with.Available));
        Assert.Contains("file-locks", without.Detail, StringComparison.Ordinal);
        Assert.Equal(file, with.Detail);
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
