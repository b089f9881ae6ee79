using Ms2m.Contracts;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Tests.Steps;

/// <summary>The steps of a migration that sends memory ahead and keeps some for the way back.</summary>
public sealed class DeltaStepsTests
{
    private static readonly TransferOptions Delta = new(TransferMode.Delta, TransferCompression.None, 3_000_000);

    private readonly Guid _migration = Guid.NewGuid();

    private async Task<TargetReserved> ReserveAsync(WorkerStage target)
    {
        target.Desk.Accept(new ReserveTarget(_migration, StepNames.ReserveTarget, 1, "orders-t", WorkerStage.Spec, "node-s",
            "token", 10_000_000, 50_000_000));
        return await target.Bus.NextAsync<TargetReserved>();
    }

    private async Task<PreCopied> PreCopyAsync(WorkerStage source, string url)
    {
        source.Desk.Accept(new PreCopy(_migration, StepNames.PreCopy, 1, "orders-s", "node-t", url, "token", 50_000_000)
        {
            Transfer = Delta,
        });
        return await source.Bus.NextAsync<PreCopied>();
    }

    private async Task<TransferCompleted> SendAsync(WorkerStage source, string url)
    {
        source.Desk.Accept(new TakeCheckpoint(_migration, StepNames.TakeCheckpoint, 1, "orders-s", "node-t", url, "token", 50_000_000)
        {
            Transfer = Delta,
        });
        await source.Bus.NextAsync<CheckpointTaken>();
        return await source.Bus.NextAsync<TransferCompleted>();
    }

    private static IEnumerable<Base> BasesOf(WorkerStage stage) => stage.Bases.All();

    [Fact]
    public async Task memory_goes_ahead_and_is_gone_from_the_target_when_the_shadow_runs()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        var url = target.Reachable((await ReserveAsync(target)).TransferUrl);

        var copied = await PreCopyAsync(source, url);
        Assert.NotEmpty(copied.Rounds);
        Assert.All(BasesOf(target), b => Assert.True(b.IsAhead));
        Assert.NotEmpty(BasesOf(target));
        var completed = await SendAsync(source, url);
        target.Desk.Accept(
            new RestoreShadow(_migration, StepNames.RestoreShadow, 1, "orders-t", WorkerStage.Spec, 4, completed.Digest));
        await target.Bus.NextAsync<ShadowReady>();

        await Eventually.HoldsAsync("a target without bases", () => !BasesOf(target).Any());
        // For the way back.
        await Eventually.HoldsAsync("a base at the source", () => BasesOf(source).Count(b => !b.IsAhead) == 1);
    }

    [Fact]
    public async Task what_was_left_behind_outlives_the_sources_removal_and_not_a_rollback()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        await SendAsync(source, target.Reachable((await ReserveAsync(target)).TransferUrl));
        await source.Desk.IdleAsync(_migration);

        source.Desk.Accept(new RemoveInstance(_migration, StepNames.RemoveSource, 1, "orders-s"));
        await source.Bus.NextAsync<InstanceRemoved>();
        Assert.Single(BasesOf(source));

        source.Desk.Accept(new DiscardCheckpoint(_migration, StepNames.DiscardCheckpoint, 1));
        await source.Bus.NextAsync<CheckpointDiscarded>();
        Assert.Empty(BasesOf(source));
    }

    [Fact]
    public async Task a_target_that_rolls_back_keeps_nothing_of_what_was_sent_ahead()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        await PreCopyAsync(source, target.Reachable((await ReserveAsync(target)).TransferUrl));
        Assert.NotEmpty(BasesOf(target));

        target.Desk.Accept(new RemoveInstance(_migration, StepNames.RemoveTarget, 1, "orders-t"));
        await target.Bus.NextAsync<InstanceRemoved>();

        Assert.Empty(BasesOf(target));
    }

    [Fact]
    public async Task what_is_kept_is_reported_as_held()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        await SendAsync(source, target.Reachable((await ReserveAsync(target)).TransferUrl));
        await source.Desk.IdleAsync(_migration);

        var holding = Assert.Single(source.Holdings.All);

        Assert.Equal((_migration, "base"), (holding.MigrationId, holding.Kind));
        Assert.True(holding.Bytes > 0);
    }

    [Fact]
    public async Task a_dump_that_needs_the_room_gets_it()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        await SendAsync(source, target.Reachable((await ReserveAsync(target)).TransferUrl));
        await source.Desk.IdleAsync(_migration);
        Assert.Single(BasesOf(source));
        source.Room.Space = 2_000_000;

        source.Desk.Accept(new TakeCheckpoint(Guid.NewGuid(), StepNames.TakeCheckpoint, 1, "orders-s", "node-t",
            "https://127.0.0.1:1/", "token", 50_000_000));
        await source.Bus.NextAsync<CheckpointTaken>();

        Assert.Empty(BasesOf(source));
    }

    [Fact]
    public async Task trouble_means_no_rounds_and_never_a_failure()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await source.RunAsync("orders-s");

        var nobody = await PreCopyAsync(source, "https://127.0.0.1:1/?accepts=delta");

        Assert.Empty(nobody.Rounds);
        Assert.NotEmpty(nobody.StoppedBecause);
    }

    [Fact]
    public async Task an_instance_that_does_not_run_has_no_rounds()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");

        var copied = await PreCopyAsync(source, "https://127.0.0.1:1/?accepts=delta");

        Assert.Empty(copied.Rounds);
        Assert.Contains("does not run", copied.StoppedBecause, StringComparison.Ordinal);
    }
}
