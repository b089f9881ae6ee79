using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Steps;

/// <summary>The steps of migrations whose source stands still.</summary>
public sealed class FreezingTests
{
    private static readonly WorkloadSpec Addressed = WorkerStage.Spec with { Address = new WorkloadAddress("10.99.0.80/24") };

    private readonly Guid _migration = Guid.NewGuid();

    private TakeCheckpoint Take(string url, int attempt = 1) =>
        new(_migration, StepNames.TakeCheckpoint, attempt, "orders-s", "node-t", url, "token", 50_000_000)
        {
            StaysFrozen = true,
            KeepsConnections = true,
        };

    private ThawInstance Thaw(int attempt = 1) => new(_migration, StepNames.ThawSource, attempt, "orders-s");

    private ReserveTarget Reserve(WorkloadSpec spec) => new(
        _migration, StepNames.ReserveTarget, 1, "orders-t", spec, "node-s", "token", 10_000_000, 50_000_000);

    private static async Task<string> StateAsync(WorkerStage stage, string instance = "orders-s") =>
        (await stage.Runtime.FindAsync(instance, default)).Value!.State;

    [Fact]
    public async Task a_source_that_stays_frozen_lets_its_copy_wait_for_the_activation()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        target.Desk.Accept(Reserve(Addressed));
        var reserved = await target.Bus.NextAsync<TargetReserved>();

        source.Desk.Accept(Take(target.Reachable(reserved.TransferUrl)));
        await source.Bus.NextAsync<CheckpointTaken>();
        var sent = await source.Bus.NextAsync<TransferCompleted>();
        Assert.Equal(Container.Frozen, await StateAsync(source));
        target.Desk.Accept(new RestoreShadow(_migration, StepNames.RestoreShadow, 1, "orders-t", Addressed, 4, sent.Digest)
        {
            KeepsConnections = true,
        });
        await target.Bus.NextAsync<ShadowReady>();
        Assert.Equal(Container.Frozen, await StateAsync(target, "orders-t"));

        target.Desk.Accept(new ActivateInstance(_migration, StepNames.ActivateInstance, 1, "orders-t", 5));
        await target.Bus.NextAsync<InstanceActivated>();
        Assert.Equal("running", await StateAsync(target, "orders-t"));
    }

    [Fact]
    public async Task a_restore_that_is_asked_for_again_finds_the_copy_that_waits()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        target.Desk.Accept(Reserve(Addressed));
        var reserved = await target.Bus.NextAsync<TargetReserved>();
        source.Desk.Accept(Take(target.Reachable(reserved.TransferUrl)));
        await source.Bus.NextAsync<CheckpointTaken>();
        var sent = await source.Bus.NextAsync<TransferCompleted>();

        foreach (var attempt in (int[])[1, 2])
        {
            target.Desk.Accept(new RestoreShadow(
                _migration, StepNames.RestoreShadow, attempt, "orders-t", Addressed, 4, sent.Digest)
            { KeepsConnections = true });
            Assert.Equal(attempt, (await target.Bus.NextAsync<ShadowReady>()).Attempt);
        }
    }

    [Fact]
    public async Task a_source_whose_dump_cannot_be_sent_stays_frozen_until_it_is_thawed()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        target.Desk.Accept(Reserve(Addressed));
        var reserved = await target.Bus.NextAsync<TargetReserved>();
        var unknown = reserved.TransferUrl.Replace($"{_migration:D}", $"{Guid.NewGuid():D}", StringComparison.Ordinal);

        source.Desk.Accept(Take(target.Reachable(unknown)));
        await source.Bus.NextAsync<CheckpointTaken>();
        await source.Bus.NextAsync<StepFailed>();
        Assert.Equal(Container.Frozen, await StateAsync(source));

        source.Desk.Accept(new DiscardCheckpoint(_migration, StepNames.DiscardCheckpoint, 1));
        await source.Bus.NextAsync<CheckpointDiscarded>();
        Assert.Equal(Container.Frozen, await StateAsync(source));
        source.Desk.Accept(Thaw());
        await source.Bus.NextAsync<InstanceThawed>();
        Assert.Equal("running", await StateAsync(source));
    }

    [Fact]
    public async Task nobody_stands_still_for_a_target_that_does_not_answer()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await source.RunAsync("orders-s");

        source.Desk.Accept(Take("https://127.0.0.1:1/checkpoints/x/1"));

        var failed = await source.Bus.NextAsync<StepFailed>();
        Assert.Equal((StepNames.TakeCheckpoint, "MS2M-2302"), (failed.Step, failed.Reason.Code));
        Assert.Equal("running", await StateAsync(source));
    }

    [Fact]
    public async Task a_worker_that_was_killed_over_a_frozen_source_can_thaw_it_or_dump_it_again()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        source.Runtime.HoldDump = new TaskCompletionSource();
        target.Desk.Accept(Reserve(WorkerStage.Spec));
        var reserved = await target.Bus.NextAsync<TargetReserved>();
        source.Desk.Accept(Take(target.Reachable(reserved.TransferUrl)));
        await Eventually.HoldsAsync("the dump's begin", () => source.Left().Any(f => f.EndsWith("pages-1.img", StringComparison.Ordinal)));

        var afterwards = source.NewDesk();
        source.Runtime.HoldDump = null;
        afterwards.Resume();
        Assert.Equal("MS2M-2001", (await source.Bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.Equal(Container.Frozen, await StateAsync(source));

        afterwards.Accept(Take(target.Reachable(reserved.TransferUrl), attempt: 2));
        await source.Bus.NextAsync<CheckpointTaken>();
        await source.Bus.NextAsync<TransferCompleted>();
        afterwards.Accept(Thaw());
        await source.Bus.NextAsync<InstanceThawed>();
        Assert.Equal("running", await StateAsync(source));
        await afterwards.StopAsync();
    }

    [Fact]
    public async Task a_thaw_ends_a_checkpoint_that_is_being_made()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        source.Runtime.HoldDump = new TaskCompletionSource();
        target.Desk.Accept(Reserve(WorkerStage.Spec));
        var reserved = await target.Bus.NextAsync<TargetReserved>();
        source.Desk.Accept(Take(target.Reachable(reserved.TransferUrl)));
        await Eventually.HoldsAsync("the dump's begin", () => source.Left().Any(f => f.EndsWith("pages-1.img", StringComparison.Ordinal)));

        source.Desk.Accept(Thaw());

        Assert.Equal("MS2M-2002", (await source.Bus.NextAsync<StepFailed>()).Reason.Code);
        await source.Bus.NextAsync<InstanceThawed>();
        Assert.Equal("running", await StateAsync(source));
    }

    [Fact]
    public async Task freezing_and_thawing_are_answered_again_when_they_come_again()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await source.RunAsync("orders-s");

        foreach (var attempt in (int[])[1, 2])
        {
            source.Desk.Accept(new FreezeInstance(_migration, StepNames.FreezeSource, attempt, "orders-s"));
            await source.Bus.NextAsync<InstanceFrozen>();
            Assert.Equal(Container.Frozen, await StateAsync(source));
        }
        foreach (var attempt in (int[])[1, 2])
        {
            source.Desk.Accept(Thaw(attempt));
            await source.Bus.NextAsync<InstanceThawed>();
            Assert.Equal("running", await StateAsync(source));
        }
    }

    [Fact]
    public async Task what_is_gone_cannot_be_thawed()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");

        source.Desk.Accept(Thaw());

        Assert.Equal("MS2M-2103", (await source.Bus.NextAsync<StepFailed>()).Reason.Code);
    }

    [Fact]
    public async Task a_frozen_source_can_be_removed()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await source.RunAsync("orders-s");
        source.Desk.Accept(new FreezeInstance(_migration, StepNames.FreezeSource, 1, "orders-s"));
        await source.Bus.NextAsync<InstanceFrozen>();

        source.Desk.Accept(new RemoveInstance(_migration, StepNames.RemoveSource, 1, "orders-s"));

        await source.Bus.NextAsync<InstanceRemoved>();
        Assert.Null((await source.Runtime.FindAsync("orders-s", default)).Value);
    }

    [Fact]
    public async Task a_workload_is_started_anew_as_the_active_instance_of_its_epoch()
    {
        await using var target = await WorkerStage.OpenAsync();
        target.Desk.Accept(Reserve(WorkerStage.Spec));
        await target.Bus.NextAsync<TargetReserved>();

        foreach (var attempt in (int[])[1, 2])
        {
            target.Desk.Accept(new StartInstance(_migration, StepNames.StartTarget, attempt, "orders-t", WorkerStage.Spec, 7));
            await target.Bus.NextAsync<InstanceStarted>();
        }

        var file = target.Instances.Read("orders")!;
        Assert.Equal(("orders-t", InstanceRole.Active, 7L), (file.InstanceId, file.Role, file.Epoch));
        Assert.Equal("running", await StateAsync(target, "orders-t"));
        Assert.Null(target.Book.Of(_migration));
    }

    [Fact]
    public async Task nothing_is_started_that_was_not_promised()
    {
        await using var target = await WorkerStage.OpenAsync();

        target.Desk.Accept(new StartInstance(_migration, StepNames.StartTarget, 1, "orders-t", WorkerStage.Spec, 7));

        Assert.Equal("MS2M-2403", (await target.Bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.Null((await target.Runtime.FindAsync("orders-t", default)).Value);
    }

    [Fact]
    public async Task a_restarted_worker_removes_networks_that_nobody_has()
    {
        await using var stage = await WorkerStage.OpenAsync();
        await stage.RunAsync("orders-s");
        stage.Desk.Accept(Reserve(WorkerStage.Spec with { Name = "others" }));
        await stage.Bus.NextAsync<TargetReserved>();
        stage.Networks.There.AddRange(["orders-s", "orders-t", "orders-gone"]);

        await stage.StartOverAsync();

        Assert.Equal(["orders-s", "orders-t"], stage.Networks.There.Distinct().Order());
    }
}
