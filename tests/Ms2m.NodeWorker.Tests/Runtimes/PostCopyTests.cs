using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Podman;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Tests.Transfer.PostCopy;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.PostCopy;

namespace Ms2m.NodeWorker.Tests.Runtimes;

/// <summary>Memory that follows a running copy, between two nodes of the lab. Each page of the program says by its number and
/// version what it must hold, so zeros would be seen.</summary>
public sealed class PostCopyTests : IAsyncLifetime, IDisposable
{
    private static int _tests;

    // Another address each time: what a killed copy has still to say must not lead switches to its node in the next test.
    private readonly WorkloadSpec _spec = new(
        "t-memory", MemoryProgram.Image, null,
        new Dictionary<string, string> { ["MEMORY_MB"] = "48", ["MEMORY_PERCENT"] = "0" })
    { Address = LabNode.Address(60 + (Interlocked.Increment(ref _tests) % 20)) };

    private readonly string _root = $"/var/lib/ms2m/checkpoints/worker-test-{Guid.NewGuid():N}";
    private readonly string _source = $"t-{Guid.NewGuid():N}"[..20];
    private readonly string _copy = $"t-{Guid.NewGuid():N}"[..20];
    private readonly LabNode _a = LabNode.Get();
    private readonly LabNode _b = LabNode.Get("node-b");
    private readonly PodmanApi _podmanA;
    private readonly PodmanApi _podmanB;
    private readonly PodmanRuntime _onA;
    private readonly PodmanRuntime _onB;
    private PageSession? _session;
    private Task<Outcome<Done>>? _restoring;
    private IPageDaemon? _daemon;
    private PodmanRuntime? _startsOnB;

    public PostCopyTests()
    {
        (_podmanA, _podmanB) = (_a.Podman(), _b.Podman());
        (_onA, _onB) = (Runtime(_a, _podmanA), Runtime(_b, _podmanB));
    }

    private string Images => $"{_root}/images";

    private string Work => $"{_root}/pages";

    public async Task InitializeAsync()
    {
        await LabNode.LoadImageAsync("memory");
        foreach (var node in (LabNode[])[_a, _b])
        {
            foreach (var folder in (string[])[_root, $"{_root}/instance", Images, Work])
                PrivateFiles.CreateFolder(node.Here(folder));
        }
        Assert.Null((await _onA.RunAsync(Request(_source), default)).Trouble);
    }

    public async Task DisposeAsync()
    {
        if (_session is not null)
            await _session.DisposeAsync();
        await _onA.RemoveAsync(_source, default);
        await _onB.RemoveAsync(_copy, default);
        Directory.Delete(_a.Here(_root), recursive: true);
        Directory.Delete(_b.Here(_root), recursive: true);
    }

    public void Dispose()
    {
        _podmanA.Dispose();
        _podmanB.Dispose();
    }

    [Fact]
    public async Task a_source_whose_memory_was_left_where_it_is_goes_on_as_if_nothing_had_been()
    {
        using var client = await ConnectAsync();
        Assert.True(MemoryProgram.IsPage(await client.AskAsync(0), 0));

        await LeaveMemoryAsync();
        Assert.True(Length(_a.Here(Images)) < 16 << 20);
        Assert.Null((await _onA.ThawAsync(_source, default)).Trouble);

        await client.AllPagesAreRightAsync(48);
    }

    [Fact]
    public async Task memory_that_follows_is_the_memory_that_was_left()
    {
        using var client = await ConnectAsync();
        Assert.True(MemoryProgram.IsPage(await client.AskAsync(0), 0));
        await LeaveMemoryAsync();
        using var memory = FrozenMemory.Open(await ProcessesAsync());
        await RestoreAsync();
        await ServeAsync(memory, bytes: int.MaxValue);
        Assert.Null(await _session!.ProveAsync(default));

        Assert.Null((await _onB.ThawAsync(_copy, default)).Trouble);

        await client.AllPagesAreRightAsync(48);
        var collected = await _session.Result.WithinLimitAsync("the last page");
        Assert.True(collected.Value.Bytes > 48 << 20, $"{collected.Trouble}");
        await client.AllPagesAreRightAsync(48);
    }

    [Fact]
    public async Task a_copy_whose_memory_stops_coming_is_killed_and_says_nothing_wrong_before()
    {
        using var client = await ConnectAsync();
        Assert.True(MemoryProgram.IsPage(await client.AskAsync(0), 0));
        await LeaveMemoryAsync();
        using var memory = FrozenMemory.Open(await ProcessesAsync());
        await RestoreAsync(patience: TimeSpan.FromSeconds(6));
        await ServeAsync(memory, bytes: 8 << 20);
        Assert.Null((await _onB.ThawAsync(_copy, default)).Trouble);

        var right = await AsksUntilCutOffAsync(client);

        Assert.Equal("MS2M-2411", (await _session!.Result.WithinLimitAsync("the loss")).Trouble?.Reason.Code);
        Assert.True(right, "A page was answered that is not what it must be.");
        await EndedAsync();
    }

    [Fact]
    public async Task a_daemon_that_is_killed_takes_its_container_along()
    {
        using var client = await ConnectAsync();
        Assert.True(MemoryProgram.IsPage(await client.AskAsync(0), 0));
        await LeaveMemoryAsync();
        using var memory = FrozenMemory.Open(await ProcessesAsync());
        await RestoreAsync();
        await ServeAsync(memory, bytes: 8 << 20);
        Assert.Null((await _onB.ThawAsync(_copy, default)).Trouble);

        Assert.Single(PageDaemonProcesses.Of(Work));
        PageDaemonProcesses.Kill(Work);

        Assert.True(await AsksUntilCutOffAsync(client), "A page was answered that is not what it must be.");
        await EndedAsync();
    }

    [Fact]
    public async Task a_daemon_survives_whoever_kills_the_control_group_of_its_worker()
    {
        var group = $"/sys/fs/cgroup/t-{Guid.NewGuid():N}";
        Directory.CreateDirectory(_b.Here(group));
        _startsOnB = Runtime(_b, _podmanB, ["/bin/sh", "-c", $"echo $$ >{group}/cgroup.procs; exec \"$@\"", "t"]);
        using var client = await ConnectAsync();
        Assert.True(MemoryProgram.IsPage(await client.AskAsync(0), 0));
        await LeaveMemoryAsync();
        using var memory = FrozenMemory.Open(await ProcessesAsync());
        await RestoreAsync();

        await File.WriteAllTextAsync(_b.Here($"{group}/cgroup.kill"), "1");
        Directory.Delete(_b.Here(group));
        await ServeAsync(memory, bytes: int.MaxValue);

        Assert.Null((await _onB.ThawAsync(_copy, default)).Trouble);
        await client.AllPagesAreRightAsync(48);
        Assert.Null((await _session!.Result.WithinLimitAsync("the last page")).Trouble);
    }

    [Fact]
    public async Task a_worker_that_comes_back_removes_a_copy_that_podman_restored_without_it()
    {
        using var client = await ConnectAsync();
        Assert.True(MemoryProgram.IsPage(await client.AskAsync(0), 0));
        await LeaveMemoryAsync();
        using var memory = FrozenMemory.Open(await ProcessesAsync());
        using var died = new CancellationTokenSource();
        await RestoreAsync(cancel: died.Token);
        await Eventually.HoldsAsync("a restore that is on its way", () => File.Exists(_b.Here($"{Work}/container")));
        await died.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _restoring!);
        Assert.False(File.Exists(_b.Here($"{Work}/tied-to")));

        Assert.False(await _onB.EndPagesAsync(Work));

        Assert.Null((await _onB.FindAsync(_copy, default)).Value);
        Assert.Empty(PageDaemonProcesses.Of(Work));
    }

    /// <param name="pages">That it gets before its daemon is gone: a restore wants some of them, at different moments.</param>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(64)]
    public async Task a_copy_is_removed_however_far_its_restore_has_come(int pages)
    {
        using var client = await ConnectAsync();
        Assert.True(MemoryProgram.IsPage(await client.AskAsync(0), 0));
        await LeaveMemoryAsync();
        using var memory = FrozenMemory.Open(await ProcessesAsync());
        await RestoreAsync();
        var (source, target) = await FakePageDaemon.ChannelAsync();
        _ = _session!.UseAsync(target, default).ContinueWith(used => used.Exception, TaskScheduler.Default);
        await Task.WhenAny(AnswerAsync(memory, source, pages * MemoryProgram.PageLength), _restoring!).WithinLimitAsync("the first pages");

        await _onB.EndPagesAsync(Work).WithinLimitAsync("the copy's removal");

        await _restoring!.WithinLimitAsync("podman's answer");
        await Eventually.HoldsAsync("the daemon's end", () => PageDaemonProcesses.Of(Work).Count == 0);
    }

    [Fact]
    public async Task a_daemon_that_is_given_up_before_it_listens_is_ended()
    {
        using var givenUp = new CancellationTokenSource();
        await givenUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _onB.StartPagesAsync(Images, Work, givenUp.Token));

        Assert.Empty(PageDaemonProcesses.Of(Work));
        Assert.True(File.Exists(_b.Here($"{Work}/ended-with")), "Its shell may start one still.");
    }

    [Fact]
    public void zeros_would_be_seen() => Assert.False(MemoryProgram.IsPage(new byte[12 + MemoryProgram.PageLength], 5));

    private static PodmanRuntime Runtime(LabNode node, PodmanApi podman, string[]? first = null)
    {
        var places = node.Places($"/var/lib/ms2m/t-{Guid.NewGuid():N}.conf");
        return new(podman, places with { Enter = [.. places.Enter!, .. first ?? []] }, node.Networks(), NullLogger<PodmanRuntime>.Instance);
    }

    private ContainerRequest Request(string name) => new(name, _spec, _root + "/instance") { KeepsConnections = true };

    private async Task LeaveMemoryAsync()
    {
        var dump = await _onA.CheckpointAsync(
            new(_source, Images, CheckpointWay.Images) { StaysFrozen = true, KeepsConnections = true, PostCopy = true }, default);
        Assert.Null(dump.Trouble);
        foreach (var file in Directory.GetFiles(_a.Here(Images)))
            File.Copy(file, Path.Combine(_b.Here(Images), Path.GetFileName(file)));
    }

    /// <summary>As this process numbers them; the runtime says how the node does.</summary>
    private async Task<List<int>> ProcessesAsync()
    {
        var id = (await _onA.FindAsync(_source, default)).Value!.Id;
        return [.. Process.GetProcesses().Select(one => one.Id).Where(pid => ProcMemory.IsIn(GroupOf(pid), id))];

        static string GroupOf(int pid)
        {
            try
            {
                return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cgroup"));
            }
            catch (IOException)
            {
                return "";
            }
        }
    }

    private async Task RestoreAsync(TimeSpan? patience = null, CancellationToken cancel = default)
    {
        Assert.Null((await _onB.PrepareAsync(Request(_copy), default)).Trouble);
        var started = await (_startsOnB ?? _onB).StartPagesAsync(Images, Work, default);
        Assert.Null(started.Trouble);
        _daemon = started.Value;
        _session = new PageSession(
            _daemon, () => _onB.EndPagesAsync(Work), "node-a", patience ?? TimeSpan.FromMinutes(1), TimeProvider.System);
        _restoring = _onB.RestoreAsync(Request(_copy) with { Pages = Work }, Images, cancel);
    }

    /// <summary>Gives so much, and then breaks off. The restore itself wants some single pages only.</summary>
    private async Task ServeAsync(FrozenMemory memory, int bytes)
    {
        var (source, target) = await FakePageDaemon.ChannelAsync();
        _ = _session!.UseAsync(target, default).ContinueWith(used => used.Exception, TaskScheduler.Default);
        _ = AnswerAsync(memory, source, bytes).ContinueWith(answered => answered.Exception, TaskScheduler.Default);
        Assert.Null((await _restoring!).Trouble);
        Assert.True(await _daemon!.HoldPagesAsync());
    }

    private static async Task AnswerAsync(FrozenMemory memory, ChannelStream source, int bytes)
    {
        var answer = new byte[PageRequest.Length + PageRequest.MostPages * MemoryProgram.PageLength];
        while (bytes > 0)
        {
            await source.ReadExactlyAsync(answer.AsMemory(0, PageRequest.Length));
            var asked = PageRequest.Read(answer);
            Assert.True(memory.TryRead(asked.Process, asked.Address, answer.AsSpan(PageRequest.Length, asked.Bytes)));
            asked.Answered().Write(answer);
            await source.WriteAsync(answer.AsMemory(0, PageRequest.Length + asked.Bytes));
            bytes -= asked.Bytes;
        }
        await source.DisposeAsync();
    }

    private async Task EndedAsync() => await Eventually.GetAsync(
        "the copy's end", async () => (await _onB.FindAsync(_copy, default)).Value is { HasEnded: true } ? "ended" : null);

    private static async Task<bool> AsksUntilCutOffAsync(MemoryProgram client)
    {
        try
        {
            for (var page = 0u; ; page = (page + 7919) % (48 << 8))
            {
                if (!MemoryProgram.IsPage(await client.AskAsync(page), page))
                    return false;
            }
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            return true;
        }
    }

    private Task<MemoryProgram> ConnectAsync() => MemoryProgram.ConnectAsync(_spec.Address!.Ip!);

    private static long Length(string folder) => new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length);
}
