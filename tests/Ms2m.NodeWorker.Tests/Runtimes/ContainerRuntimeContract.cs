using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Runtimes;

/// <summary>What every runtime must keep, the real one and the one that other tests stand on.</summary>
public abstract partial class ContainerRuntimeContract : IAsyncLifetime
{
    private readonly List<string> _names = [];

    protected IContainerRuntime Runtime { get; set; } = null!;

    protected abstract string Image { get; }

    /// <summary>Ends a container's processes from outside.</summary>
    protected abstract Task KillAsync(Container container);

    /// <summary>An empty private folder, as the runtime names it.</summary>
    protected abstract string NewFolder();

    /// <summary>The same folder, as this process names it.</summary>
    protected abstract string Here(string folder);

    public abstract Task InitializeAsync();

    public virtual async Task DisposeAsync()
    {
        foreach (var name in _names)
            await Runtime.RemoveAsync(name, CancellationToken.None);
    }

    protected ContainerRequest NewRequest(params (string Name, string Value)[] environment)
    {
        var name = $"t-{Guid.NewGuid():N}"[..20];
        _names.Add(name);
        return new ContainerRequest(
            name, new WorkloadSpec("t", Image, "q", environment.ToDictionary(e => e.Name, e => e.Value)), NewFolder());
    }

    protected async Task<Container> FindAsync(string name) =>
        (await Runtime.FindAsync(name, default)).Value ?? throw new InvalidOperationException($"There is no {name}.");

    protected async Task<string> DumpAsync(string name, CheckpointWay accepts = CheckpointWay.Images)
    {
        var folder = NewFolder();
        var dump = await Runtime.CheckpointAsync(new(name, folder, accepts), default);
        Assert.True(!dump.Failed, dump.Trouble?.ToString());
        return folder;
    }

    protected async Task RestoreAsync(ContainerRequest request, string folder)
    {
        var restored = await Runtime.RestoreAsync(request, folder, default);
        Assert.True(!restored.Failed, restored.Trouble?.ToString());
    }

    [Fact]
    public async Task a_container_runs_and_is_listed_with_what_it_runs()
    {
        var request = NewRequest(("COLOUR", "blue"));

        var run = await Runtime.RunAsync(request, default);

        Assert.True(!run.Failed, run.Trouble?.ToString());
        Assert.True(run.Value.IsRunning);
        var listed = Assert.Single((await Runtime.ListAsync(default)).Value, c => c.Name == request.Name);
        Assert.Equal(request.Spec.Name, listed.Spec!.Name);
        Assert.Equal("blue", listed.Spec.Environment["COLOUR"]);
        Assert.True(listed.Pid > 0);
    }

    [Fact]
    public async Task running_what_runs_changes_nothing()
    {
        var request = NewRequest();

        var first = await Runtime.RunAsync(request, default);
        var second = await Runtime.RunAsync(request, default);

        Assert.Equal(first.Value.Id, second.Value.Id);
    }

    [Fact]
    public async Task an_image_that_is_not_there_is_said_so()
    {
        var request = NewRequest() is var r ? r with { Spec = r.Spec with { Image = "localhost/ms2m/nowhere:latest" } } : r;

        Assert.False((await Runtime.HasImageAsync(request.Spec.Image, default)).Value);
        Assert.True((await Runtime.HasImageAsync(Image, default)).Value);
        Assert.Equal("MS2M-2105", (await Runtime.RunAsync(request, default)).Trouble?.Reason.Code);
    }

    [Fact]
    public async Task what_is_not_there_is_not_found_and_may_be_removed()
    {
        Assert.Null((await Runtime.FindAsync("t-nobody", default)).Value);
        Assert.False((await Runtime.RemoveAsync("t-nobody", default)).Failed);
        Assert.Equal("MS2M-2103",
            (await Runtime.CheckpointAsync(new("t-nobody", NewFolder(), CheckpointWay.Images), default)).Trouble?.Reason.Code);
    }

    [Fact]
    public async Task a_removed_container_is_gone_and_may_be_removed_again()
    {
        var request = NewRequest();
        await Runtime.RunAsync(request, default);

        Assert.False((await Runtime.RemoveAsync(request.Name, default)).Failed);
        Assert.False((await Runtime.RemoveAsync(request.Name, default)).Failed);

        Assert.Null((await Runtime.FindAsync(request.Name, default)).Value);
    }

    [Fact]
    public async Task a_prepared_container_does_not_run_and_cannot_be_checkpointed()
    {
        var request = NewRequest();

        Assert.False((await Runtime.PrepareAsync(request, default)).Failed);
        Assert.False((await Runtime.PrepareAsync(request, default)).Failed);

        Assert.False((await FindAsync(request.Name)).IsRunning);
        Assert.Equal("MS2M-2104",
            (await Runtime.CheckpointAsync(new(request.Name, NewFolder(), CheckpointWay.Images), default)).Trouble?.Reason.Code);
    }

    [Fact]
    public async Task a_running_container_cannot_be_prepared()
    {
        var request = NewRequest();
        await Runtime.RunAsync(request, default);

        Assert.Equal("MS2M-2106", (await Runtime.PrepareAsync(request, default)).Trouble?.Reason.Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task a_checkpoint_leaves_its_source_running_and_becomes_another_container(bool prepared)
    {
        var source = NewRequest();
        var copy = NewRequest(("COLOUR", "green"));
        var before = (await Runtime.RunAsync(source, default)).Value;

        var folder = await DumpAsync(source.Name);
        if (prepared)
            Assert.False((await Runtime.PrepareAsync(copy, default)).Failed);
        await RestoreAsync(copy, folder);

        var after = await FindAsync(source.Name);
        Assert.Equal((before.Id, before.Pid, before.State), (after.Id, after.Pid, after.State));
        var restored = await FindAsync(copy.Name);
        Assert.True(restored.IsRunning);
        Assert.NotEqual(before.Id, restored.Id);
        Assert.Equal("green", restored.Spec!.Environment["COLOUR"]);
    }

    [Fact]
    public async Task a_restored_container_can_be_moved_on_and_removed()
    {
        var (first, second, third) = (NewRequest(), NewRequest(), NewRequest());
        await Runtime.RunAsync(first, default);

        await RestoreAsync(second, await DumpAsync(first.Name));
        await RestoreAsync(third, await DumpAsync(second.Name));
        Assert.False((await Runtime.RemoveAsync(second.Name, default)).Failed);

        Assert.True((await FindAsync(third.Name)).IsRunning);
        Assert.Null((await Runtime.FindAsync(second.Name, default)).Value);
    }

    [Fact]
    public async Task a_container_that_ends_by_itself_is_seen_with_its_exit_code()
    {
        var request = NewRequest();
        var running = (await Runtime.RunAsync(request, default)).Value;
        using var watching = new CancellationTokenSource();
        using var looks = new SemaphoreSlim(0);
        var watch = Runtime.WatchExitsAsync(() => looks.Release(), watching.Token);

        await KillAsync(running);

        // A sign says "look", not at what: that of another container may come first.
        Container ended;
        do
        {
            await looks.WaitAsync().WithinLimitAsync("the end of a container");
            ended = await FindAsync(request.Name);
        }
        while (!ended.HasEnded);
        Assert.Equal((true, 137), (ended.HasEnded, ended.ExitCode));
        Assert.Equal(137, Assert.Single((await Runtime.ListAsync(default)).Value, c => c.Name == request.Name).ExitCode);
        await watching.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
    }

    [Fact]
    public async Task a_folder_without_a_checkpoint_restores_nothing()
    {
        var request = NewRequest();
        var folder = NewFolder();
        await File.WriteAllTextAsync(Path.Combine(Here(folder), "pages-1.img"), "nothing");

        Assert.Equal("MS2M-2401", (await Runtime.RestoreAsync(request, folder, default)).Trouble?.Reason.Code);

        Assert.False((await FindAsync(request.Name)).IsRunning);
    }
}
