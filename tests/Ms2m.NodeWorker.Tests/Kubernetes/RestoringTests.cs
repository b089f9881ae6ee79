using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Kubernetes;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;
using Ms2m.NodeWorker.Tests.Kubernetes.Stage;
using Ms2m.Tests.Simulation;

namespace Ms2m.NodeWorker.Tests.Kubernetes;

/// <summary>Two nodes of one cluster: what the one dumps the other restores.</summary>
public sealed class RestoringTests : IDisposable
{
    private const string Copy = "orders-copy";

    private static readonly Guid Migration = Guid.NewGuid();

    private readonly PodStage _source = new();
    private readonly PodStage _target;

    public RestoringTests() => _target = new PodStage("node2", _source.Cluster);

    public void Dispose()
    {
        _target.Dispose();
        _source.Dispose();
    }

    private async Task<(string Folder, WorkloadSpec Spec)> CheckpointAsync()
    {
        var pod = _source.Waiting();
        var instance = (await _source.LetInAsync(pod)).Value.Name;
        var folder = _source.NewFolder();
        Assert.False((await _source.Runtime.CheckpointAsync(new DumpRequest(instance, folder, CheckpointWay.Archive), default)).Failed);
        return (folder, PodWorkloads.SpecOf(pod)!);
    }

    private async Task<Outcome<Done>> RestoreAsync(string folder, WorkloadSpec spec)
    {
        Assert.Null(await _target.Files.WriteAsync(
            new InstanceFile(Copy, spec.Name, InstanceRole.Shadow, 1, _target.Options.BrokerUriOf(Copy), Migration), default));
        return await _target.Runtime.RestoreAsync(_target.Request(Copy, spec), folder, default);
    }

    [Fact]
    public async Task a_copy_runs_on_the_other_node_from_an_image_that_is_gone_afterwards()
    {
        var (folder, spec) = await CheckpointAsync();

        Assert.Null((await RestoreAsync(folder, spec)).Trouble);

        var copy = Assert.Single((await _target.Runtime.ListAsync(default)).Value);
        Assert.Equal((Copy, "running"), (copy.Name, copy.State));
        Assert.Equal((spec.Name, spec.Image, spec.Queue, spec.Pod), (copy.Spec!.Name, copy.Spec.Image, copy.Spec.Queue, copy.Spec.Pod));
        var pod = _target.Find(Copy)!;
        Assert.StartsWith("localhost/ms2m/checkpoint/orders-copy:", pod.Spec!.Containers![0].Image, StringComparison.Ordinal);
        Assert.Equal(InstanceRole.Shadow, (await _target.Files.FindAsync(Copy, default)).Value!.Role);
        Assert.Empty(_target.Loader.Images);
        Assert.Empty(Directory.GetFiles(Path.Combine(_target.Options.Data, "images")));
    }

    [Fact]
    public async Task a_repetition_takes_the_pod_that_is_there()
    {
        var (folder, spec) = await CheckpointAsync();
        await RestoreAsync(folder, spec);
        var uid = _target.Find(Copy)!.Metadata.Uid;

        Assert.Null((await RestoreAsync(folder, spec)).Trouble);

        Assert.Equal(uid, _target.Find(Copy)!.Metadata.Uid);
    }

    [Fact]
    public async Task a_copy_that_has_failed_is_replaced()
    {
        var (folder, spec) = await CheckpointAsync();
        await RestoreAsync(folder, spec);
        var uid = _target.Find(Copy)!.Metadata.Uid;
        _source.Cluster.Change(cluster => cluster.Nodes.Crash(_target.Find(Copy)!));

        Assert.Null((await RestoreAsync(folder, spec)).Trouble);

        Assert.NotEqual(uid, _target.Find(Copy)!.Metadata.Uid);
    }

    [Fact]
    public async Task another_ones_pod_of_the_name_is_left_alone()
    {
        var (folder, spec) = await CheckpointAsync();
        _source.Waiting(Copy, "node1");

        var restored = await RestoreAsync(folder, spec);

        Assert.Equal("MS2M-2401", restored.Trouble!.Reason.Code);
        Assert.NotNull(_source.Find(Copy));
        Assert.Empty(_target.Loader.Images);
    }

    [Fact]
    public async Task what_the_kubelet_says_of_a_pod_that_cannot_start_is_said_at_once()
    {
        var (folder, spec) = await CheckpointAsync();
        _source.Cluster.Refuse = call =>
        {
            // As its node would: the pod is there and will not run.
            if (call is { Verb: "watch" } && _target.Find(Copy) is { } pod)
            {
                _source.Cluster.Store.Put(Kinds.Pods, pod with
                {
                    Status = new PodStatus { Phase = "Failed", Reason = "OutOfcpu", Message = "Node didn't have enough resource: cpu" },
                });
            }
            return null;
        };

        var restored = await RestoreAsync(folder, spec);

        Assert.Contains("OutOfcpu: Node didn't have enough resource", restored.Trouble!.Reason.Message, StringComparison.Ordinal);
        Assert.Empty(_target.Loader.Images);
    }

    [Fact]
    public async Task a_copy_that_is_deleted_before_anybody_looks_is_not_waited_for()
    {
        var (folder, spec) = await CheckpointAsync();
        _source.Cluster.Refuse = call =>
        {
            if (call is { Verb: "watch" } && _target.Find(Copy) is not null)
                _source.Cluster.Store.Remove(Resource.Of(Kinds.Pods).Key(PodStage.Space, Copy));
            return null;
        };

        var restored = await RestoreAsync(folder, spec);

        Assert.Contains("it was deleted", restored.Trouble!.Reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task without_its_image_no_pod_is_made()
    {
        var (folder, spec) = await CheckpointAsync();
        _target.Loader.Fails = true;

        Assert.Equal("MS2M-2710", (await RestoreAsync(folder, spec)).Trouble!.Reason.Code);
        Assert.Null(_target.Find(Copy));
        Assert.Empty(_target.Loader.Images);
    }

    [Fact]
    public async Task an_image_that_stays_is_remembered_and_removed_later()
    {
        var (folder, spec) = await CheckpointAsync();
        _target.Loader.Keeps = true;
        await RestoreAsync(folder, spec);
        Assert.Single(_target.Loader.Images);

        _target.Loader.Keeps = false;
        await _target.Runtime.ForgetLeftImagesAsync(default);

        Assert.Empty(_target.Loader.Images);
    }

    [Theory]
    [InlineData("other", "shop")]
    [InlineData("orders", "elsewhere")]
    public async Task a_checkpoint_of_another_workload_or_name_space_is_refused(string workload, string space)
    {
        var (folder, spec) = await CheckpointAsync();

        var restored = await RestoreAsync(folder, spec with { Name = workload, Pod = spec.Pod! with { Namespace = space } });

        Assert.Equal("MS2M-2712", restored.Trouble!.Reason.Code);
        Assert.Empty(_target.Loader.Images);
    }

    [Fact]
    public async Task what_a_checkpoint_says_of_its_pod_makes_no_other_pod_of_it()
    {
        var (folder, spec) = await CheckpointAsync();
        var said = PodDocument.Read(folder, spec).Value;
        PodDocument.Write(said with { Spec = said.Spec! with { ServiceAccountName = "admin" } }, folder);

        Assert.Null((await RestoreAsync(folder, spec)).Trouble);

        Assert.NotEqual("admin", _target.Find(Copy)!.Spec!.ServiceAccountName);
    }

    [Fact]
    public async Task what_the_server_said_of_the_source_lasts_when_the_source_is_gone_and_no_longer_than_its_copy()
    {
        var (folder, spec) = await CheckpointAsync();
        Assert.False((await _target.Runtime.PrepareAsync(_target.Request(Copy, spec) with { SourceNode = "node1" }, default)).Failed);
        _source.Cluster.Change(cluster => cluster.Store.Remove(Resource.Of(Kinds.Pods).Key(PodStage.Space, "orders-1")));

        Assert.Null((await RestoreAsync(folder, spec)).Trouble);
        await _target.Runtime.RemoveAsync(Copy, default);

        Assert.Equal("MS2M-2716", (await RestoreAsync(folder, spec)).Trouble!.Reason.Code);
    }

    [Fact]
    public async Task a_source_that_the_server_does_not_show_is_not_reserved_for()
    {
        var (_, spec) = await CheckpointAsync();

        var prepared = await _target.Runtime.PrepareAsync(_target.Request(Copy, spec) with { SourceNode = "node2" }, default);

        Assert.Equal("MS2M-2716", prepared.Trouble!.Reason.Code);
    }

    [Fact]
    public async Task what_a_node_has_written_itself_it_believes_when_the_pod_is_gone()
    {
        var (folder, spec) = await CheckpointAsync();
        var instance = PodWorkloads.InstanceOf(_source.Find("orders-1")!)!;
        _source.Cluster.Change(cluster => cluster.Store.Remove(Resource.Of(Kinds.Pods).Key(PodStage.Space, "orders-1")));
        PrivateFiles.CreateFolder(_source.Options.OutgoingFolder);
        var kept = Path.Combine(_source.Options.OutgoingFolder, "kept");
        Directory.Move(folder, kept);

        Assert.Null((await _source.Runtime.RestoreAsync(_source.Request(instance, spec), kept, default)).Trouble);

        Assert.Equal(instance, Assert.Single((await _source.Runtime.ListAsync(default)).Value).Name);
    }

    [Fact]
    public async Task an_archive_that_would_do_harm_makes_no_pod()
    {
        var (folder, spec) = await CheckpointAsync();
        using (var tar = new System.Formats.Tar.TarWriter(File.Create(Path.Combine(folder, CheckpointFiles.Changed))))
        {
            tar.WriteEntry(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "bin/su")
            {
                Mode = UnixFileMode.SetUser | UnixFileMode.UserExecute,
            });
        }

        Assert.Equal("MS2M-2308", (await RestoreAsync(folder, spec)).Trouble!.Reason.Code);
        Assert.Null(_target.Find(Copy));
    }

    [Fact]
    public async Task what_an_image_calls_deleted_may_travel()
    {
        var (folder, spec) = await CheckpointAsync();
        using (var tar = new System.Formats.Tar.TarWriter(File.Create(Path.Combine(folder, CheckpointFiles.Changed))))
            tar.WriteEntry(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "etc/.wh.motd"));

        Assert.Null((await RestoreAsync(folder, spec)).Trouble);
    }

    [Fact]
    public async Task a_cold_start_makes_a_pod_from_the_description_of_the_one_that_runs()
    {
        var pod = _source.Waiting();
        await _source.LetInAsync(pod);
        var spec = PodWorkloads.SpecOf(pod)!;
        Assert.Null(await _target.Files.WriteAsync(
            new InstanceFile(Copy, "orders", InstanceRole.Active, 2, _target.Options.BrokerUriOf(Copy)), default));

        var run = await _target.Runtime.RunAsync(_target.Request(Copy, spec) with { MayBeMade = true }, default);

        Assert.True(run.Value.IsRunning);
        Assert.Equal((spec.Image, "node2"), (_target.Find(Copy)!.Spec!.Containers![0].Image, _target.Find(Copy)!.Spec!.NodeName));
        Assert.Null(PodWorkloads.FileOf(_target.Find(Copy)!)!.LetInAt);
    }

    [Fact]
    public async Task a_removal_takes_that_very_pod_and_no_other_of_its_name()
    {
        var (folder, spec) = await CheckpointAsync();
        await RestoreAsync(folder, spec);

        Assert.Null((await _target.Runtime.RemoveAsync(Copy, default)).Trouble);
        Assert.Null(_target.Find(Copy));
        Assert.Null((await _target.Runtime.RemoveAsync(Copy, default)).Trouble);

        Assert.Contains("Uid", _source.Cluster.Calls.Single(call => call.Verb == "delete").Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_base_image_is_there_when_the_node_names_it_or_its_runtime_has_it()
    {
        Assert.True((await _target.Runtime.HasImageAsync("counter:2", default)).Value);
        _target.Loader.HasBase = false;
        Assert.False((await _target.Runtime.HasImageAsync("counter:2", default)).Value);
        using var other = new PodStage("node1", _source.Cluster);
        other.Loader.HasBase = false;
        _source.Cluster.Change(cluster => cluster.Store.Put(Kinds.Nodes, Naming(cluster.Find(Kinds.Nodes, null, "node1")!)));

        Assert.True((await other.Runtime.HasImageAsync("counter:2", default)).Value);
    }

    private static Node Naming(Node node) =>
        node with { Status = node.Status! with { Images = [new NodeImage { Names = ["counter:2"] }] } };

    [Fact]
    public async Task the_end_of_a_container_is_heard()
    {
        var (folder, spec) = await CheckpointAsync();
        await RestoreAsync(folder, spec);
        var heard = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        var watching = _target.Runtime.WatchExitsAsync(() => heard.TrySetResult(), stop.Token);

        _source.Cluster.Change(cluster => cluster.Nodes.Crash(_target.Find(Copy)!, exitCode: 137));

        await heard.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }
}
