using Ms2m.Contracts;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Steps;

/// <summary>The steps of a migration as the engine gives them, on two workers.</summary>
public sealed class MovingTests
{
    private readonly Guid _migration = Guid.NewGuid();

    private ReserveTarget Reserve(int attempt = 1) => new(
        _migration, StepNames.ReserveTarget, attempt, "orders-t", WorkerStage.Spec, "node-s",
        "token", 10_000_000, 50_000_000);

    private RestoreShadow Restore(string digest, int attempt = 1) =>
        new(_migration, StepNames.RestoreShadow, attempt, "orders-t", WorkerStage.Spec, 4, digest);

    private RemoveInstance Remove(string step, string instance) => new(_migration, step, 1, instance);

    private async Task<TransferCompleted> MoveMemoryAsync(WorkerStage source, WorkerStage target)
    {
        target.Desk.Accept(Reserve());
        var reserved = await target.Bus.NextAsync<TargetReserved>();
        source.Desk.Accept(new TakeCheckpoint(_migration, StepNames.TakeCheckpoint, 1, "orders-s", "node-t",
            target.Reachable(reserved.TransferUrl), "token", 50_000_000));
        var taken = await source.Bus.NextAsync<CheckpointTaken>();
        Assert.Equal(1.5, taken.FrozenMs);
        return await source.Bus.NextAsync<TransferCompleted>();
    }

    [Fact]
    public async Task memory_moves_and_the_file_says_shadow_before_the_first_instruction()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        InstanceFile? seen = null;
        target.Runtime.BeforeRestore = _ => seen = target.Instances.Read("orders");

        var completed = await MoveMemoryAsync(source, target);
        target.Desk.Accept(Restore(completed.Digest));
        await target.Bus.NextAsync<ShadowReady>();

        Assert.Equal(StepNames.SendCheckpoint, completed.Step);
        Assert.Equal(new InstanceFile("orders-t", "orders", InstanceRole.Shadow, 4,
            target.Options.BrokerUriOf("orders-t"), _migration), seen);
        Assert.True((await source.Runtime.FindAsync("orders-s", default)).Value!.IsRunning);
    }

    [Fact]
    public async Task no_copy_of_the_memory_outlives_its_use()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");

        var completed = await MoveMemoryAsync(source, target);
        target.Desk.Accept(Restore(completed.Digest));
        await target.Bus.NextAsync<ShadowReady>();

        await Eventually.HoldsAsync("two nodes without images", () =>
            !source.Left().Concat(target.Left()).Any(f => f.EndsWith(".img", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task promotion_changes_the_file()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        var completed = await MoveMemoryAsync(source, target);
        target.Desk.Accept(Restore(completed.Digest));
        await target.Bus.NextAsync<ShadowReady>();

        target.Desk.Accept(new ActivateInstance(_migration, StepNames.ActivateInstance, 1, "orders-t", 5));
        await target.Bus.NextAsync<InstanceActivated>();

        var file = target.Instances.Read("orders")!;
        Assert.Equal((InstanceRole.Active, 5L, null), (file.Role, file.Epoch, file.MigrationId));
    }

    [Fact]
    public async Task removals_leave_nothing_but_the_memory_of_themselves()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        await MoveMemoryAsync(source, target);

        target.Desk.Accept(Remove(StepNames.RemoveTarget, "orders-t"));
        await target.Bus.NextAsync<InstanceRemoved>();
        source.Desk.Accept(Remove(StepNames.RemoveSource, "orders-s"));
        await source.Bus.NextAsync<InstanceRemoved>();

        await Eventually.HoldsAsync("a target without traces", () =>
            target.Left().SequenceEqual([$"journal/{_migration:N}/remove-target.1.json"]));
        await Eventually.HoldsAsync("a source without traces", () =>
            source.Left().SequenceEqual([$"journal/{_migration:N}/remove-source.1.json"]));
        Assert.Null((await target.Runtime.FindAsync("orders-t", default)).Value);
    }

    [Fact]
    public async Task removing_what_is_not_there_is_an_answer_too()
    {
        await using var target = await WorkerStage.OpenAsync();

        target.Desk.Accept(Remove(StepNames.RemoveTarget, "orders-t"));

        await target.Bus.NextAsync<InstanceRemoved>();
    }

    [Fact]
    public async Task a_discard_stops_a_dump_and_its_transfer()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        source.Runtime.HoldDump = new TaskCompletionSource();
        target.Desk.Accept(Reserve());
        var reserved = await target.Bus.NextAsync<TargetReserved>();
        source.Desk.Accept(new TakeCheckpoint(_migration, StepNames.TakeCheckpoint, 1, "orders-s", "node-t",
            target.Reachable(reserved.TransferUrl), "token", 50_000_000));
        await Eventually.HoldsAsync("the dump's begin", () => source.Left().Any(f => f.EndsWith("pages-1.img", StringComparison.Ordinal)));

        source.Desk.Accept(new DiscardCheckpoint(_migration, StepNames.DiscardCheckpoint, 1));

        Assert.Equal("MS2M-2002", (await source.Bus.NextAsync<StepFailed>()).Reason.Code);
        await source.Bus.NextAsync<CheckpointDiscarded>();
        Assert.DoesNotContain(source.Left(), f => f.EndsWith(".img", StringComparison.Ordinal));
    }

    [Fact]
    public async Task a_transfer_that_fails_after_the_dump_is_the_sends_failure()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await source.RunAsync("orders-s");

        source.Desk.Accept(new TakeCheckpoint(_migration, StepNames.TakeCheckpoint, 1, "orders-s", "node-t",
            "https://127.0.0.1:1/checkpoints/x/1", "token", 50_000_000));

        await source.Bus.NextAsync<CheckpointTaken>();
        var failed = await source.Bus.NextAsync<StepFailed>();
        Assert.Equal((StepNames.SendCheckpoint, "MS2M-2302", true), (failed.Step, failed.Reason.Code, failed.Retryable));
    }

    [Fact]
    public async Task a_checkpoint_with_another_digest_is_not_restored()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        await MoveMemoryAsync(source, target);

        target.Desk.Accept(Restore(new string('0', 64)));

        Assert.Equal("MS2M-2402", (await target.Bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.Null(target.Instances.Read("orders"));
    }

    [Fact]
    public async Task changed_files_move_although_their_archive_is_written_anew_before_it_is_unpacked()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        source.Runtime.Changed = "a file";
        var completed = await MoveMemoryAsync(source, target);

        target.Desk.Accept(Restore(completed.Digest));

        await target.Bus.NextAsync<ShadowReady>();
    }

    [Fact]
    public async Task a_second_attempt_restores_what_the_first_has_unpacked_and_then_failed_on()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        source.Runtime.Changed = "a file";
        target.Runtime.FailRestoreOnce = true;
        var completed = await MoveMemoryAsync(source, target);
        target.Desk.Accept(Restore(completed.Digest));
        Assert.True((await target.Bus.NextAsync<StepFailed>()).Retryable);

        target.Desk.Accept(Restore(completed.Digest, attempt: 2));

        await target.Bus.NextAsync<ShadowReady>();
        Assert.True((await target.Runtime.FindAsync("orders-t", default)).Value!.IsRunning);
    }

    [Fact]
    public async Task a_second_attempt_still_sees_that_the_images_were_damaged()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        source.Runtime.Changed = "a file";
        target.Runtime.FailRestoreOnce = true;
        var completed = await MoveMemoryAsync(source, target);
        target.Desk.Accept(Restore(completed.Digest));
        await target.Bus.NextAsync<StepFailed>();
        var pages = Assert.Single(target.Left(), f => f.EndsWith("pages-1.img", StringComparison.Ordinal));
        await File.AppendAllTextAsync(Path.Combine(target.Options.Data, pages), "a flipped bit");

        target.Desk.Accept(Restore(completed.Digest, attempt: 2));

        Assert.Equal("MS2M-2405", (await target.Bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.Null((await target.Runtime.FindAsync("orders-t", default)).Value);
    }

    [Theory]
    [InlineData("pages-1.img")]
    [InlineData("rootfs-diff.tar")]
    public async Task a_checkpoint_that_was_damaged_after_its_arrival_leaves_no_shadow(string damaged)
    {
        await using var source = await WorkerStage.OpenAsync("node-s");
        await using var target = await WorkerStage.OpenAsync();
        await source.RunAsync("orders-s");
        source.Runtime.Changed = "a file";
        var completed = await MoveMemoryAsync(source, target);
        var pages = Assert.Single(target.Left(), f => f.EndsWith(damaged, StringComparison.Ordinal));
        await File.AppendAllTextAsync(Path.Combine(target.Options.Data, pages), "a flipped bit");

        target.Desk.Accept(Restore(completed.Digest));

        Assert.Equal("MS2M-2405", (await target.Bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.Null((await target.Runtime.FindAsync("orders-t", default)).Value);
    }

    [Fact]
    public async Task an_instance_that_is_not_there_cannot_be_checkpointed()
    {
        await using var source = await WorkerStage.OpenAsync("node-s");

        source.Desk.Accept(new TakeCheckpoint(_migration, StepNames.TakeCheckpoint, 1, "orders-s", "node-t",
            "https://127.0.0.1:1/", "token", 50_000_000));

        Assert.Equal("MS2M-2103", (await source.Bus.NextAsync<StepFailed>()).Reason.Code);
    }
}
