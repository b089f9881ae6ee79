using Ms2m.Contracts;
using Ms2m.NodeWorker.Tests.Steps;

namespace Ms2m.NodeWorker.Tests.Heartbeat;

public sealed class InstanceWatchTests
{
    private readonly Guid _migration = Guid.NewGuid();

    [Fact]
    public async Task a_source_that_dies_after_its_checkpoint_is_told_to_its_migration_once()
    {
        await using var source = await SourceOfACheckpointAsync();
        var watch = source.NewWatch();
        await watch.LookAsync(default);
        Assert.False(source.Bus.HasMore);

        source.Runtime.Kill("orders-s");
        await watch.LookAsync(default);

        Assert.Equal(
            new InstanceExited(_migration, "orders-s", "node-t", 137), await source.Bus.NextAsync<InstanceExited>());
        await watch.LookAsync(default);
        Assert.False(source.Bus.HasMore);
    }

    [Fact]
    public async Task a_container_that_has_vanished_has_ended_without_a_code()
    {
        await using var source = await SourceOfACheckpointAsync();

        await source.Runtime.RemoveAsync("orders-s", default);
        await source.NewWatch().LookAsync(default);

        Assert.Null((await source.Bus.NextAsync<InstanceExited>()).ExitCode);
    }

    [Fact]
    public async Task what_the_broker_did_not_take_is_told_at_the_next_look()
    {
        await using var source = await SourceOfACheckpointAsync();
        var watch = source.NewWatch();
        source.Runtime.Kill("orders-s");

        source.Bus.CutOff = true;
        await Assert.ThrowsAsync<IOException>(() => watch.LookAsync(default));
        source.Bus.CutOff = false;
        await watch.LookAsync(default);

        await source.Bus.NextAsync<InstanceExited>();
    }

    [Fact]
    public async Task a_restarted_worker_tells_of_an_end_it_did_not_see()
    {
        await using var source = await SourceOfACheckpointAsync();
        source.Runtime.Kill("orders-s");
        using var restarted = source.NewDesk();
        restarted.Resume();

        await source.NewWatch(restarted).LookAsync(default);

        await source.Bus.NextAsync<InstanceExited>();
    }

    [Fact]
    public async Task the_end_that_a_step_brings_is_no_news()
    {
        await using var source = await SourceOfACheckpointAsync();

        source.Desk.Accept(new RemoveInstance(_migration, StepNames.RemoveSource, 1, "orders-s"));
        await source.Bus.NextAsync<InstanceRemoved>();
        await source.NewWatch().LookAsync(default);

        Assert.False(source.Bus.HasMore);
    }

    [Fact]
    public async Task a_container_that_waits_for_its_checkpoint_has_not_ended()
    {
        await using var target = await WorkerStage.OpenAsync();
        target.Desk.Accept(Reserve());
        await target.Bus.NextAsync<TargetReserved>();

        await target.NewWatch().LookAsync(default);

        Assert.False(target.Bus.HasMore);
    }

    [Fact]
    public async Task a_shadow_is_watched_from_its_restore_to_its_activation()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        target.Desk.Accept(Reserve());
        var reserved = await target.Bus.NextAsync<TargetReserved>();
        source.Desk.Accept(Take(target.Reachable(reserved.TransferUrl)));
        await source.Bus.NextAsync<CheckpointTaken>();
        var sent = await source.Bus.NextAsync<TransferCompleted>();
        target.Desk.Accept(new RestoreShadow(
            _migration, StepNames.RestoreShadow, 1, "orders-t", WorkerStage.Spec, 4, sent.Digest));
        await target.Bus.NextAsync<ShadowReady>();

        target.Runtime.Kill("orders-t");
        await target.NewWatch().LookAsync(default);
        Assert.Equal("orders-t", (await target.Bus.NextAsync<InstanceExited>()).InstanceId);

        target.Desk.Accept(new ActivateInstance(_migration, StepNames.ActivateInstance, 1, "orders-t", 5));
        await target.Bus.NextAsync<InstanceActivated>();
        await target.Desk.IdleAsync(_migration);
        await target.NewWatch().LookAsync(default);
        Assert.False(target.Bus.HasMore);
    }

    private ReserveTarget Reserve() => new(
        _migration, StepNames.ReserveTarget, 1, "orders-t", WorkerStage.Spec, "node-s", "token", 10_000_000,
        50_000_000);

    private TakeCheckpoint Take(string url) =>
        new(_migration, StepNames.TakeCheckpoint, 1, "orders-s", "node-t", url, "token", 50_000_000);

    /// <summary>Its transfer went nowhere, which does not matter to the source.</summary>
    private async Task<WorkerStage> SourceOfACheckpointAsync()
    {
        var source = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        source.Desk.Accept(Take("https://127.0.0.1:1/checkpoints/x/1"));
        await source.Bus.NextAsync<CheckpointTaken>();
        await source.Bus.NextAsync<StepFailed>();
        await source.Desk.IdleAsync(_migration);
        return source;
    }
}
