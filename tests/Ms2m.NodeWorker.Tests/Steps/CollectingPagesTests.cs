using Ms2m.Contracts;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Steps;

/// <summary>What a target's worker says at the end of a post-copy, and what is left there then. The pages had come, or not,
/// in an earlier life of the worker.</summary>
public sealed class CollectingPagesTests : IAsyncLifetime
{
    private readonly Guid _migration = Guid.NewGuid();
    private WorkerStage _stage = null!;

    private string Folder => Path.Combine(_stage.Options.PagesFolder, $"{_migration:N}");

    public async Task InitializeAsync()
    {
        _stage = await WorkerStage.OpenAsync();
        await _stage.RunAsync("orders-t");
        _stage.Book.Write(new Reservation(_migration, 1, "orders-t", WorkerStage.Spec, "node-s", "digest", 1000, 1000) { PostCopy = true });
        PrivateFiles.CreateFolder(_stage.Options.PagesFolder);
        PrivateFiles.CreateFolder(Folder);
        _stage.Runtime.HasAllPages = true;
    }

    public Task DisposeAsync() => _stage.DisposeAsync().AsTask();

    [Fact]
    public async Task a_copy_that_has_its_memory_is_said_to_and_nothing_but_it_is_left()
    {
        Collect();

        await _stage.Bus.NextAsync<PagesCollected>();
        await NothingIsLeftAsync();
        Assert.NotNull((await _stage.Runtime.FindAsync("orders-t", default)).Value);
    }

    [Fact]
    public async Task a_runtime_that_does_not_answer_at_once_is_asked_again()
    {
        var asked = 0;
        _stage.Runtime.InsteadOfFinding = () => ++asked < 3
            ? (Outcome<Container?>?)NodeFailures.TookTooLong("podman", TimeSpan.FromSeconds(1)) : null;

        Collect();

        await _stage.Bus.NextAsync<PagesCollected>();
        Assert.Equal(4, asked);
    }

    [Fact]
    public async Task a_copy_that_has_ended_has_lost_its_memory()
    {
        _stage.Runtime.Kill("orders-t");

        Assert.Equal("MS2M-2411", await LossAsync());
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task the_kernel_s_word_counts_where_the_runtime_has_not_heard_yet_that_it_has_ended()
    {
        var there = (await _stage.Runtime.FindAsync("orders-t", default)).Value!;
        // No process has this number: the kernel gives out fewer.
        _stage.Runtime.InsteadOfFinding = () => there with { Pid = int.MaxValue };

        Assert.Equal("MS2M-2411", await LossAsync());
    }

    [Fact]
    public async Task so_does_what_is_seen_a_moment_later()
    {
        var (there, looks) = ((await _stage.Runtime.FindAsync("orders-t", default)).Value!, 0);
        _stage.Runtime.InsteadOfFinding = () => ++looks == 1 ? there : there with { State = "exited", Pid = 0 };

        Assert.Equal("MS2M-2411", await LossAsync());
        Assert.Equal(2, looks);
    }

    [Fact]
    public async Task memory_that_had_not_come_when_the_worker_was_restarted_is_lost_and_nothing_is_left()
    {
        _stage.Runtime.HasAllPages = false;

        Assert.Equal("MS2M-2411", await LossAsync());
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task a_copy_that_has_lost_its_memory_is_not_activated()
    {
        _stage.Runtime.HasAllPages = false;

        _stage.Desk.Accept(new ActivateInstance(_migration, StepNames.ActivateInstance, 1, "orders-t", 2));

        Assert.Equal("MS2M-2411", (await _stage.Bus.NextAsync<StepFailed>()).Reason.Code);
    }

    private void Collect() => _stage.Desk.Accept(new CollectPages(_migration, StepNames.CollectPages, 1, "orders-t"));

    private async Task<string> LossAsync()
    {
        Collect();
        var failed = await _stage.Bus.NextAsync<StepFailed>();
        Assert.False(failed.Retryable);
        return failed.Reason.Code;
    }

    private Task NothingIsLeftAsync() => Eventually.HoldsAsync(
        "an empty node", () => _stage.Book.Of(_migration) is null && !Directory.Exists(Folder));
}
