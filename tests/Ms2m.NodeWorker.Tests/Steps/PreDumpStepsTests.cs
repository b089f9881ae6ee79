using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Preflight;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Tests.Steps;

/// <summary>Rounds that end with a pre-dump, and what becomes of it.</summary>
public sealed class PreDumpStepsTests
{
    private const int Pages = 500;
    private const long Much = 1L << 50;

    private static readonly TransferOptions Delta = new(TransferMode.Delta, TransferCompression.None, 30_000_000, MaxRounds: 1);

    private readonly Guid _migration = Guid.NewGuid();

    [Fact]
    public async Task the_checkpoint_builds_on_it_and_arrives_whole()
    {
        await using var source = await OpenAsync();
        await using var target = await WorkerStage.OpenAsync();
        var url = await ReserveAsync(target);

        var copied = await PreCopyAsync(source, url);

        Assert.Null(copied.NoPreDumpBecause);
        Assert.True(copied.Rounds[^1] is { IsPreDump: true, FrozenMs: 0.5, Bytes: Pages * 4096, WireBytes: > Pages * 4096 });
        Assert.All(copied.Rounds.SkipLast(1), round => Assert.False(round.IsPreDump));
        var (taken, completed) = await SendAsync(source, url);
        Assert.Equal(Pages * 4096, taken.PreDumpedBytes);
        Assert.InRange(completed.WireBytes!.Value, 1, 100_000);
        var images = target.Incoming.Find(_migration, completed.Digest)!;
        var arrived = await File.ReadAllBytesAsync(Path.Combine(images, "pages-1.img"));
        Assert.Equal([.. source.Runtime.PreDumped, .. "memory of orders-s"u8], arrived);
        await source.Desk.IdleAsync(_migration);
        Assert.Empty(Outgoing(source));
        // For the way back, with the pages of both.
        var left = Assert.Single(source.Bases.All());
        Assert.Contains(Directory.GetFiles(left.Images), file => new FileInfo(file).Length == Pages * 4096);
    }

    [Fact]
    public async Task a_kernel_that_does_not_tell_what_changes_is_named_and_nothing_else_is_different()
    {
        await using var source = await OpenAsync(tracks: false);
        await using var target = await WorkerStage.OpenAsync();
        var url = await ReserveAsync(target);

        var copied = await PreCopyAsync(source, url);

        Assert.Contains("soft-dirty", copied.NoPreDumpBecause, StringComparison.Ordinal);
        Assert.All(copied.Rounds, round => Assert.False(round.IsPreDump));
        Assert.Null((await SendAsync(source, url)).Taken.PreDumpedBytes);
        Assert.Equal([null], source.Runtime.Parents);
    }

    [Fact]
    public async Task a_node_where_nobody_has_switched_it_on_makes_none()
    {
        await using var source = await OpenAsync(change: options => options with { PreDump = false });
        await using var target = await WorkerStage.OpenAsync();
        var url = await ReserveAsync(target);
        source.Runtime.BeforePreDump = () => Assert.Fail("It was asked for one.");

        var copied = await PreCopyAsync(source, url);

        Assert.Contains("MS2M_PRE_DUMP", copied.NoPreDumpBecause, StringComparison.Ordinal);
        Assert.All(copied.Rounds, round => Assert.False(round.IsPreDump));
        Assert.Null((await SendAsync(source, url)).Taken.PreDumpedBytes);
        Assert.Equal([null], source.Runtime.Parents);
    }

    [Fact]
    public async Task none_is_made_where_the_kernel_may_map_huge_pages_of_zeros()
    {
        using var kernel = new TemporaryFolder();
        await using var source = await OpenAsync(services: services => services.AddSingleton(new HugeZeroPages(kernel.Path)));
        await using var target = await WorkerStage.OpenAsync();

        Assert.Contains("use_zero_page", (await PreCopyAsync(source, await ReserveAsync(target))).NoPreDumpBecause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task no_memory_is_written_to_a_disk()
    {
        await using var source = await OpenAsync(
            services: services => services.AddSingleton<CheckpointStorage>(s => new OnDisk(s.GetRequiredService<WorkerOptions>())));
        await using var target = await WorkerStage.OpenAsync();

        Assert.Contains("ext4", (await PreCopyAsync(source, await ReserveAsync(target))).NoPreDumpBecause, StringComparison.Ordinal);
        Assert.Empty(Outgoing(source));
    }

    [Theory]
    [InlineData(Much, Much)]
    [InlineData(0, 100_000_000)]
    public async Task room_that_is_promised_or_not_there_is_not_taken(long promised, long memory)
    {
        await using var source = await OpenAsync();
        await using var target = await WorkerStage.OpenAsync();
        var url = await ReserveAsync(target);
        source.Book.Write(new Reservation(Guid.NewGuid(), 1, "t-1", WorkerStage.Spec, "node-x", "", promised, promised));
        source.Room.Memory = memory;

        Assert.Contains("no room", (await PreCopyAsync(source, url)).NoPreDumpBecause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task one_that_breaks_leaves_the_rounds_as_they_were()
    {
        await using var source = await OpenAsync();
        await using var target = await WorkerStage.OpenAsync();
        var url = await ReserveAsync(target);
        source.Runtime.BeforePreDump = () => throw new IOException("The folder is not empty.");

        var copied = await PreCopyAsync(source, url);

        Assert.NotEmpty(copied.Rounds);
        Assert.Equal("The folder is not empty.", copied.NoPreDumpBecause);
        Assert.Empty(Outgoing(source));
    }

    /// <summary>CRIU may be writing into it still.</summary>
    [Fact]
    public async Task one_that_nobody_waits_for_any_more_is_not_built_on_and_goes_with_its_migration()
    {
        await using var source = await OpenAsync();
        await using var target = await WorkerStage.OpenAsync();
        var url = await ReserveAsync(target);
        source.Runtime.PreDumpFails = NodeFailures.TookTooLong("The dump", TimeSpan.FromSeconds(60));

        Assert.NotEmpty((await PreCopyAsync(source, url)).Rounds);

        Assert.Single(Outgoing(source));
        Assert.Null((await SendAsync(source, url)).Taken.PreDumpedBytes);
        Assert.Equal([null], source.Runtime.Parents);
        source.Desk.Accept(new DiscardCheckpoint(_migration, StepNames.DiscardCheckpoint, 1));
        await source.Bus.NextAsync<CheckpointDiscarded>();
        Assert.Empty(Outgoing(source));
    }

    [Fact]
    public async Task one_that_fails_is_told_of_and_leaves_nothing_to_build_on()
    {
        await using var source = await OpenAsync();
        await using var target = await WorkerStage.OpenAsync();
        var url = await ReserveAsync(target);
        source.Runtime.PreDumpFails = NodeFailures.NoPreDump("orders-s", "it was told to.");

        var copied = await PreCopyAsync(source, url);

        Assert.Contains("it was told to", copied.NoPreDumpBecause, StringComparison.Ordinal);
        Assert.NotEmpty(copied.Rounds);
        Assert.Empty(Outgoing(source));
        await SendAsync(source, url);
        Assert.Equal([null], source.Runtime.Parents);
    }

    [Fact]
    public async Task one_whose_pages_do_not_get_there_is_built_on_all_the_same()
    {
        await using var source = await OpenAsync();
        await using var target = await WorkerStage.OpenAsync();
        var url = await ReserveAsync(target);
        // From the pre-dump on nothing more is taken ahead.
        source.Runtime.BeforePreDump = () => target.Room.Space = 0;

        var copied = await PreCopyAsync(source, url);

        Assert.True(copied.Rounds[^1] is { IsPreDump: true, WireBytes: 0 });
        target.Room.Space = 1_000_000_000;
        Assert.Equal(Pages * 4096, (await SendAsync(source, url)).Taken.PreDumpedBytes);
    }

    [Fact]
    public async Task only_one_attempt_builds_on_it()
    {
        await using var source = await OpenAsync();
        await using var target = await WorkerStage.OpenAsync();
        var url = await ReserveAsync(target);
        await PreCopyAsync(source, url);
        source.Runtime.FailDump = true;
        source.Desk.Accept(Take(url, 1));
        Assert.Equal("MS2M-2201", (await source.Bus.NextAsync<StepFailed>()).Reason.Code);
        source.Runtime.FailDump = false;
        Assert.Empty(Outgoing(source));

        Assert.Null((await SendAsync(source, url, attempt: 2)).Taken.PreDumpedBytes);

        Assert.Equal([null], source.Runtime.Parents);
    }

    [Fact]
    public async Task nothing_of_it_outlives_a_migration_that_is_taken_back()
    {
        await using var source = await OpenAsync();
        await using var target = await WorkerStage.OpenAsync();
        await PreCopyAsync(source, await ReserveAsync(target));
        Assert.NotEmpty(Outgoing(source));

        source.Desk.Accept(new DiscardCheckpoint(_migration, StepNames.DiscardCheckpoint, 1));
        await source.Bus.NextAsync<CheckpointDiscarded>();
        target.Desk.Accept(new RemoveInstance(_migration, StepNames.RemoveTarget, 1, "orders-t"));
        await target.Bus.NextAsync<InstanceRemoved>();

        Assert.Empty(Outgoing(source));
        Assert.Empty(target.Bases.All());
    }

    [Fact]
    public async Task another_migration_does_not_build_on_it()
    {
        await using var source = await OpenAsync();
        await using var target = await WorkerStage.OpenAsync();
        await PreCopyAsync(source, await ReserveAsync(target));

        source.Desk.Accept(Take("https://127.0.0.1:1/", 1) with { MigrationId = Guid.NewGuid() });
        await source.Bus.NextAsync<CheckpointTaken>();

        Assert.Equal([null], source.Runtime.Parents);
    }

    [Fact]
    public async Task a_worker_that_was_restarted_does_not_build_on_it()
    {
        await using var source = await OpenAsync();
        await using var target = await WorkerStage.OpenAsync();
        var url = await ReserveAsync(target);
        await PreCopyAsync(source, url);

        await source.StartOverAsync();

        Assert.Empty(Outgoing(source));
        Assert.Null((await SendAsync(source, url)).Taken.PreDumpedBytes);
    }

    private static async Task<WorkerStage> OpenAsync(
        bool tracks = true, Func<WorkerOptions, WorkerOptions>? change = null, Action<IServiceCollection>? services = null)
    {
        var features = new NodeFeatures([new Tracking(tracks)], TimeProvider.System);
        await features.LookAsync(default);
        var block = new byte[100 * 4096];
        new Random(1).NextBytes(block);
        // Much memory, and much of it alike.
        var memory = Enumerable.Repeat(block, (int)(PreDumpRules.Least / block.Length) + 1);
        var stage = await WorkerStage.OpenAsync("node-s", change: options =>
        {
            var switchedOn = options with { PreDump = true };
            return change?.Invoke(switchedOn) ?? switchedOn;
        }, services: all =>
        {
            all.AddSingleton(features);
            all.AddSingleton(new HugeZeroPages("/no/such/folder"));
            all.AddSingleton<ILiveMemory>(new FakeLiveMemory { Blocks = [.. memory] });
            services?.Invoke(all);
        });
        // The container's process is this one here, however much it and its like hold.
        stage.Room.Space = stage.Room.Memory = Much;
        stage.Runtime.PreDumped = new byte[Pages * 4096];
        new Random(2).NextBytes(stage.Runtime.PreDumped);
        await stage.RunAsync("orders-s");
        return stage;
    }

    private async Task<string> ReserveAsync(WorkerStage target)
    {
        target.Desk.Accept(new ReserveTarget(_migration, StepNames.ReserveTarget, 1, "orders-t", WorkerStage.Spec, "node-s",
            "token", 10_000_000, 500_000_000));
        return target.Reachable((await target.Bus.NextAsync<TargetReserved>()).TransferUrl);
    }

    private async Task<PreCopied> PreCopyAsync(WorkerStage source, string url)
    {
        source.Desk.Accept(new PreCopy(_migration, StepNames.PreCopy, 1, "orders-s", "node-t", url, "token", 500_000_000)
        {
            Transfer = Delta,
        });
        return await source.Bus.NextAsync<PreCopied>();
    }

    private TakeCheckpoint Take(string url, int attempt) =>
        new(_migration, StepNames.TakeCheckpoint, attempt, "orders-s", "node-t", url, "token", 500_000_000) { Transfer = Delta };

    private async Task<(CheckpointTaken Taken, TransferCompleted Completed)> SendAsync(WorkerStage source, string url, int attempt = 1)
    {
        source.Desk.Accept(Take(url, attempt));
        return (await source.Bus.NextAsync<CheckpointTaken>(), await source.Bus.NextAsync<TransferCompleted>());
    }

    private static string[] Outgoing(WorkerStage stage) => Directory.Exists(stage.Options.OutgoingFolder)
        ? Directory.GetDirectories(stage.Options.OutgoingFolder) : [];

    private sealed class OnDisk(WorkerOptions options) : CheckpointStorage(options)
    {
        public override string Format => "ext4";
    }

    private sealed class Tracking(bool available) : INodeCheck
    {
        public bool IsEssential => false;

        public Task<NodeFeature> LookAsync(CancellationToken cancel) =>
            Task.FromResult(new NodeFeature(PreDumpRules.Feature, available, "as it was told"));
    }
}
