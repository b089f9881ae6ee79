using Microsoft.Extensions.Logging;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;
using Ms2m.NodeWorker.Tests.Kubernetes.Stage;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.Tests.Simulation;

namespace Ms2m.NodeWorker.Tests.Kubernetes;

public sealed class LettingInTests : IDisposable
{
    private readonly PodStage _stage = new();
    private readonly RecordedLog _log = new();
    private readonly ILoggerFactory _logs;

    public LettingInTests() => _logs = LoggerFactory.Create(logging => logging.AddProvider(_log));

    public void Dispose()
    {
        _logs.Dispose();
        _stage.Dispose();
    }

    private async Task<List<WorkloadFound>> FoundAsync()
    {
        var bus = new FakeBus();
        await new FoundWorkloads(_stage.Options, _stage.Pods, bus, _logs.CreateLogger<FoundWorkloads>()).TellAsync(default);
        return [.. bus.Published.OfType<WorkloadFound>()];
    }

    [Fact]
    public async Task a_pod_that_its_owner_started_is_found_until_it_is_let_in()
    {
        var pod = _stage.Waiting();
        _stage.Waiting("orders-2", "node2");

        var found = Assert.Single(await FoundAsync());
        Assert.Equal(("node1", PodWorkloads.InstanceToBe(pod)), (found.Node, found.InstanceId));
        Assert.Equal(("orders", "orders"), (found.Spec.Name, found.Spec.Queue));
        Assert.Empty((await _stage.Runtime.ListAsync(default)).Value);

        await _stage.LetInAsync(pod);

        Assert.Empty(await FoundAsync());
    }

    [Fact]
    public async Task who_is_let_in_reads_a_file_without_a_password()
    {
        var pod = _stage.Waiting();

        var run = await _stage.LetInAsync(pod);

        Assert.True(run.Value.IsRunning);
        var file = PodWorkloads.FileOf(_stage.Find("orders-1")!)!;
        Assert.Equal((InstanceRole.Active, 1, "orders"), (file.Role, file.Epoch, file.Workload));
        Assert.Equal($"{Names.InstanceUser(run.Value.Name)}", new Uri(file.BrokerUri).UserInfo);
        Assert.NotNull(file.LetInAt);
        var listed = Assert.Single((await _stage.Runtime.ListAsync(default)).Value);
        Assert.Equal((run.Value.Name, "running", null), (listed.Name, listed.State, listed.Pod));
    }

    [Fact]
    public async Task letting_in_twice_changes_nothing()
    {
        var pod = _stage.Waiting();
        await _stage.LetInAsync(pod);
        var before = _stage.Find("orders-1")!;

        var again = await _stage.Runtime.RunAsync(_stage.Request(PodWorkloads.InstanceToBe(pod), PodWorkloads.SpecOf(pod)!), default);

        Assert.True(again.Value.IsRunning);
        Assert.Equal(before.Metadata.ResourceVersion, _stage.Find("orders-1")!.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task a_container_that_is_started_again_meanwhile_is_not_let_in_as_the_one_that_was_seen()
    {
        var pod = _stage.Waiting();
        var crashed = false;
        _stage.Cluster.Refuse = call =>
        {
            if (call.Verb == "patch" && !crashed)
            {
                crashed = true;
                _stage.Cluster.Nodes.Crash(_stage.Find("orders-1")!);
            }
            return null;
        };

        await _stage.LetInAsync(pod);

        var now = _stage.Find("orders-1")!;
        Assert.Equal(PodStates.StatusOf(now)!.ContainerID, now.Metadata.Annotation(Markings.LetIn));
        Assert.False(PodStates.HasLostState(now));
    }

    [Fact]
    public async Task one_that_is_started_again_has_ended_is_said_to_have_lost_its_state_and_waits_as_another()
    {
        var pod = _stage.Waiting();
        var former = (await _stage.LetInAsync(pod)).Value.Name;
        _stage.Cluster.Change(cluster => cluster.Nodes.Crash(_stage.Find("orders-1")!));

        var listed = Assert.Single((await _stage.Runtime.ListAsync(default)).Value);
        await _stage.Runtime.ListAsync(default);

        Assert.Equal((former, "exited"), (listed.Name, listed.State));
        Assert.True(listed.HasEnded);
        var said = Assert.Single(_stage.Cluster.All(Kinds.Events));
        Assert.Equal(("StateLost", "Warning", pod.Metadata.Uid), (said.Reason, said.Type, said.InvolvedObject!.Uid));
        var found = Assert.Single(await FoundAsync());
        Assert.NotEqual(former, found.InstanceId);

        var run = await _stage.LetInAsync(_stage.Find("orders-1")!);

        Assert.Equal((found.InstanceId, true), (run.Value.Name, run.Value.IsRunning));
        Assert.Equal([found.InstanceId], (await _stage.Runtime.ListAsync(default)).Value.Select(one => one.Name));
    }

    [Fact]
    public async Task a_pod_that_has_gone_lets_nobody_in()
    {
        var pod = _stage.Waiting();
        _stage.Cluster.Change(cluster => cluster.Store.Remove(Resource.Of(Kinds.Pods).Key(PodStage.Space, "orders-1")));

        var run = await _stage.LetInAsync(pod);

        Assert.Equal("MS2M-2714", run.Trouble!.Reason.Code);
    }

    [Fact]
    public async Task another_pod_of_the_name_is_not_marked_in_the_place_of_the_one_that_was_seen()
    {
        var pod = _stage.Waiting();
        _stage.Cluster.Change(cluster => cluster.Store.Remove(Resource.Of(Kinds.Pods).Key(PodStage.Space, "orders-1")));
        _stage.Waiting();

        var marked = await _stage.Pods.MarkAsync(pod, null, new Dictionary<string, string?> { ["a"] = "b" }, asSeen: false, default);

        Assert.Equal((false, false), (marked.Failed, marked.Value));
        Assert.Null(_stage.Find("orders-1")!.Metadata.Annotation("a"));
    }

    [Fact]
    public async Task a_pod_that_has_gone_is_not_made_after_another_one()
    {
        await _stage.LetInAsync(_stage.Waiting("orders-2", "node2"));
        var pod = _stage.Waiting();
        _stage.Cluster.Change(cluster => cluster.Store.Remove(Resource.Of(Kinds.Pods).Key(PodStage.Space, "orders-1")));

        Assert.Equal("MS2M-2714", (await _stage.LetInAsync(pod)).Trouble!.Reason.Code);
        Assert.Single(_stage.Cluster.All(Kinds.Pods));
    }

    [Theory]
    [InlineData(48, true)]
    [InlineData(49, false)]
    public async Task a_workload_whose_name_leaves_no_room_for_a_copys_is_not_let_in_and_the_log_says_why(int length, bool letIn)
    {
        var pod = _stage.Waiting();
        _stage.Cluster.Change(cluster => cluster.Store.Put(Kinds.Pods, Labelled(pod, (Markings.Workload, new string('w', length)))));

        Assert.Equal(letIn, (await FoundAsync()).Count == 1);
        Assert.Equal(letIn, _log.Lines.Count == 0);
        Assert.All(_log.Lines, line => Assert.Contains("48 of them at most", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task an_instances_label_that_nobody_here_has_given_makes_no_instance()
    {
        var pod = _stage.Waiting();
        _stage.Cluster.Change(cluster => cluster.Store.Put(Kinds.Pods, Labelled(pod, (Markings.Workload, "orders"), (Markings.Instance, "orders-12345678"))));

        Assert.Null((await _stage.Runtime.FindAsync("orders-12345678", default)).Value);
        Assert.Empty((await _stage.Runtime.ListAsync(default)).Value);
        Assert.Empty(await FoundAsync());
        Assert.Contains(Markings.Instance, Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task an_instance_that_two_namespaces_claim_is_nobodys()
    {
        var instance = (await _stage.LetInAsync(_stage.Waiting())).Value.Name;
        var ours = _stage.Find("orders-1")!;
        _stage.Cluster.Given(Kinds.Pods, ours with { Metadata = ours.Metadata with { Namespace = "elsewhere", Uid = Guid.NewGuid().ToString() } });

        Assert.Equal("MS2M-2717", (await _stage.Runtime.RemoveAsync(instance, default)).Trouble!.Reason.Code);
        Assert.Equal("orders-1", (await _stage.Pods.FindAsync(instance, default, PodStage.Space)).Value!.Metadata.Name);
    }

    private static Pod Labelled(Pod pod, params (string Name, string Value)[] labels) => pod with
    {
        Metadata = pod.Metadata with { Labels = labels.ToDictionary(one => one.Name, one => one.Value) },
    };

    [Fact]
    public async Task a_promotion_and_a_retirement_are_written_into_the_pod()
    {
        var instance = (await _stage.LetInAsync(_stage.Waiting())).Value.Name;
        var file = (await _stage.Files.FindAsync(instance, default)).Value!;

        Assert.Null(await _stage.Files.WriteAsync(file with { Epoch = 7 }, default));
        Assert.Equal(7, PodWorkloads.FileOf(_stage.Find("orders-1")!)!.Epoch);
        Assert.Equal(file.LetInAt, PodWorkloads.FileOf(_stage.Find("orders-1")!)!.LetInAt);

        Assert.Null(await _stage.Files.RetireAsync(instance, default));
        Assert.Equal(InstanceRole.Retired, PodWorkloads.FileOf(_stage.Find("orders-1")!)!.Role);
        Assert.Equal(InstanceRole.Retired, (await _stage.Files.ReadAsync("orders", default)).Value!.Role);
    }

    [Fact]
    public async Task a_server_that_does_not_let_us_is_named_with_what_to_do()
    {
        _stage.Waiting();
        _stage.Cluster.Refuse = call => new ApiProblem(403, "Forbidden", $"may not {call.Verb}");

        var listed = await _stage.Runtime.ListAsync(default);

        Assert.Equal("MS2M-2702", listed.Trouble!.Reason.Code);
        Assert.False(listed.Trouble.Retryable);
    }
}
