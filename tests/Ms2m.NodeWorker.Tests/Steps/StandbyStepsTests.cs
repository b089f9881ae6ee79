using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.Standby;

namespace Ms2m.NodeWorker.Tests.Steps;

/// <summary>Memory that is sent to a standby node in advance, over real connections, and the migration that comes then.</summary>
public sealed class StandbyStepsTests
{
    private const int Pages = 300;

    private static readonly TransferOptions Delta = new(TransferMode.Delta, TransferCompression.None);

    private readonly SlowMemory _memory = new();

    private Task<WorkerStage> OpenSourceAsync() =>
        WorkerStage.OpenAsync("node-s", services: services => services.AddSingleton<ILiveMemory>(_memory));

    private static Task<WorkerStage> OpenTargetAsync(Func<WorkerOptions, WorkerOptions>? change = null) => WorkerStage.OpenAsync(change: change);

    private static byte[] Noise(int seed, int pages = Pages)
    {
        var bytes = new byte[pages * Page.Length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static SendBase OrderFor(WorkerStage target, int every = 60, string workload = "orders")
    {
        var id = Guid.NewGuid();
        target.Expected.Expect(new ExpectBase(id, workload, "node-s", "token", 50_000_000, every));
        var url = target.Reachable(new Uri(target.Options.Advertise, StandbyEndpoint.PathOf(id)).ToString());
        return new SendBase(id, "orders-s", "node-t", url, "token", 50_000_000, every);
    }

    /// <summary>A round to its end, as if it were time for it.</summary>
    private static async Task<BaseRound> RoundAsync(WorkerStage source, SendBase order)
    {
        source.Standby.KeepOnly([]);
        await Assert.IsAssignableFrom<Task>(source.Standby.Begin(order)).WithinLimitAsync("a round to end");
        return Assert.Single(source.Standby.Of(order.InstanceId)!);
    }

    [Fact]
    public async Task a_standby_node_has_all_of_the_memory_and_says_since_when()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();
        await source.RunAsync("orders-s");
        _memory.Blocks = [Noise(1), new byte[Page.Length]];

        var round = await RoundAsync(source, OrderFor(target));

        Assert.Null(round.Problem);
        Assert.Equal((Pages + 1) * Page.Length, round.Bytes);
        var held = Assert.Single((await target.ReportAsync()).Holdings!);
        Assert.Equal((Holding.Base, "orders"), (held.Kind, held.Workload));
        Assert.NotNull(held.StandbySince);
        var kept = Assert.Single(target.Bases.Of("orders"));
        Assert.Equal(Noise(1), await File.ReadAllBytesAsync(Path.Combine(kept.Images, "pages")));
        Assert.Equal(PrivateFiles.Folder, File.GetUnixFileMode(kept.Folder));
        Assert.Equal(PrivateFiles.File, File.GetUnixFileMode(Path.Combine(kept.Images, "pages")));
        var told = Assert.Single((await source.ReportAsync()).Instances).BaseRounds;
        Assert.Equal(("node-t", null), (Assert.Single(told!).Node, told![0].Problem));
    }

    [Fact]
    public async Task the_next_round_replaces_it_and_sends_only_what_has_changed()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();
        await source.RunAsync("orders-s");
        _memory.Blocks = [Noise(1)];
        await RoundAsync(source, OrderFor(target));
        // A third is gone, ten pages are new.
        byte[] now = [.. Noise(1)[(100 * Page.Length)..], .. Noise(2, pages: 10)];
        _memory.Blocks = [now];

        var round = await RoundAsync(source, OrderFor(target));

        Assert.Null(round.Problem);
        // And the hashes of what is there, and a few heads.
        Assert.InRange(round.WireBytes, 10 * Page.Length, 10 * Page.Length + Pages * sizeof(ulong) + 1000);
        var kept = Assert.Single(target.Bases.All());
        Assert.Equal(now, await File.ReadAllBytesAsync(Path.Combine(kept.Images, "pages")));
    }

    /// <summary>Two of the blocks in which pages go over: nothing is left to send when all of it has been looked at.</summary>
    [Fact]
    public async Task memory_that_fills_the_last_block_gets_there_though_nothing_of_it_is_new()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();
        await source.RunAsync("orders-s");
        _memory.Blocks = [Noise(1, pages: 128)];
        await RoundAsync(source, OrderFor(target));

        var round = await RoundAsync(source, OrderFor(target));

        Assert.Null(round.Problem);
        Assert.Equal(Noise(1, pages: 128), await File.ReadAllBytesAsync(Path.Combine(Assert.Single(target.Bases.All()).Images, "pages")));
    }

    [Fact]
    public async Task a_round_that_could_read_nothing_leaves_what_was_there()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();
        await source.RunAsync("orders-s");
        _memory.Blocks = [Noise(1)];
        await RoundAsync(source, OrderFor(target));
        _memory.Blocks = [];

        var round = await RoundAsync(source, OrderFor(target));

        Assert.Equal("MS2M-2104", round.Problem?.Code);
        await Eventually.HoldsAsync("nothing to be left of it", () => target.Bases.All().Count == 1);
        Assert.Equal(Noise(1), await File.ReadAllBytesAsync(Path.Combine(Assert.Single(target.Bases.Of("orders")).Images, "pages")));
    }

    [Fact]
    public async Task a_migration_to_the_standby_node_sends_only_what_it_has_not_and_leaves_no_base_there()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();
        await source.RunAsync("orders-s");
        _memory.Blocks = [Noise(1)];
        await RoundAsync(source, OrderFor(target));
        var migration = Guid.NewGuid();
        target.Desk.Accept(new ReserveTarget(
            migration, StepNames.ReserveTarget, 1, "orders-t", WorkerStage.Spec, "node-s", "other", 10_000_000, 50_000_000));
        var url = target.Reachable((await target.Bus.NextAsync<TargetReserved>()).TransferUrl);
        _memory.Blocks = [Noise(1), Noise(2, pages: 5)];

        source.Desk.Accept(new PreCopy(migration, StepNames.PreCopy, 1, "orders-s", "node-t", url, "other", 50_000_000) { Transfer = Delta });
        var copied = await source.Bus.NextAsync<PreCopied>();
        Assert.InRange(Assert.Single(copied.Rounds).WireBytes, 5 * Page.Length, 5 * Page.Length + Pages * sizeof(ulong) + 1000);
        Assert.Contains(target.Bases.All(), one => one.IsStandby);

        target.Instances.Write(new InstanceFile("orders-t", "orders", InstanceRole.Shadow, 1, "amqp://x", migration));
        await target.Runtime.RunAsync(
            new("orders-t", WorkerStage.Spec, target.Instances.PathOf("orders")), CancellationToken.None);
        target.Desk.Accept(new ActivateInstance(migration, StepNames.ActivateInstance, 1, "orders-t", 2));
        await target.Bus.NextAsync<InstanceActivated>();
        Assert.DoesNotContain(target.Bases.All(), one => one.IsStandby);
    }

    [Fact]
    public async Task a_reservation_for_a_migration_stops_what_is_coming_and_has_its_room()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();
        await source.RunAsync("orders-s");
        var order = OrderFor(target);
        var sending = source.Standby.Begin(order);
        await _memory.HalfWay.WithinLimitAsync("a round that has sent something");
        await Eventually.HoldsAsync("some of it to be there", () => target.Bases.All().Count == 1);

        target.Desk.Accept(new ReserveTarget(
            Guid.NewGuid(), StepNames.ReserveTarget, 1, "orders-t", WorkerStage.Spec, "node-s", "other", 10_000_000, 50_000_000));
        await target.Bus.NextAsync<TargetReserved>();

        await Eventually.HoldsAsync("nothing to be left of it", () => target.Bases.All().Count == 0);
        _memory.GoOn();
        await sending!.WithinLimitAsync("the round to end");
        Assert.NotNull(Assert.Single(source.Standby.Of("orders-s")!).Problem);
    }

    [Fact]
    public async Task a_migrations_first_step_at_the_source_stops_the_round_and_does_not_wait_for_it()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();
        await source.RunAsync("orders-s");
        var sending = source.Standby.Begin(OrderFor(target));
        await _memory.HalfWay.WithinLimitAsync("a round that has sent something");

        source.Desk.Accept(new PreCopy(
            Guid.NewGuid(), StepNames.PreCopy, 1, "orders-s", "node-t", "https://10.0.0.9:1/checkpoints/x/1", "other", 50_000_000));
        await source.Bus.NextAsync<PreCopied>();
        _memory.GoOn();
        await sending!.WithinLimitAsync("the round to end");

        Assert.Equal("MS2M-2317", Assert.Single(source.Standby.Of("orders-s")!).Problem?.Code);
        await Eventually.HoldsAsync("nothing to be left of it", () => target.Bases.All().Count == 0);
    }

    [Fact]
    public async Task orders_that_come_while_one_is_carried_out_or_right_after_it_are_dropped()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();
        await source.RunAsync("orders-s");
        var first = source.Standby.Begin(OrderFor(target));

        Assert.Null(source.Standby.Begin(OrderFor(target)));
        _memory.GoOn();
        await first!.WithinLimitAsync("the first to end");
        Assert.Null(source.Standby.Begin(OrderFor(target)));

        var ended = Assert.Single(source.Standby.Of("orders-s")!);
        Assert.True(StandbyRounds.MayFollow(ended, TimeSpan.FromSeconds(16), every: 60));
        Assert.False(StandbyRounds.MayFollow(ended, TimeSpan.FromSeconds(14), every: 60));
        Assert.True(StandbyRounds.MayFollow(ended, TimeSpan.FromSeconds(16), every: Standby.MostSeconds));
        Assert.False(StandbyRounds.MayFollow(ended with { EndedAt = null }, TimeSpan.FromHours(1), every: 60));
    }

    [Fact]
    public async Task from_the_reservation_to_the_end_of_a_migration_nothing_comes()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();
        await source.RunAsync("orders-s");
        _memory.Blocks = [Noise(1)];
        var migration = Guid.NewGuid();
        target.Desk.Accept(new ReserveTarget(
            migration, StepNames.ReserveTarget, 1, "orders-t", WorkerStage.Spec, "node-s", "other", 10_000_000, 50_000_000));
        await target.Bus.NextAsync<TargetReserved>();

        Assert.Equal("MS2M-2317", (await RoundAsync(source, OrderFor(target))).Problem?.Code);
        Assert.Empty(target.Bases.All());

        target.Desk.Accept(new DiscardCheckpoint(migration, StepNames.DiscardCheckpoint, 1));
        await target.Bus.NextAsync<CheckpointDiscarded>();
        Assert.Null((await RoundAsync(source, OrderFor(target))).Problem);
    }

    [Fact]
    public async Task while_a_checkpoint_is_taken_nothing_goes_from_the_node_and_nothing_comes_to_it()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();
        await source.RunAsync("orders-s");
        _memory.Blocks = [Noise(1)];
        var migration = Guid.NewGuid();
        target.Desk.Accept(new ReserveTarget(
            migration, StepNames.ReserveTarget, 1, "orders-t", WorkerStage.Spec, "node-s", "other", 10_000_000, 50_000_000));
        var url = target.Reachable((await target.Bus.NextAsync<TargetReserved>()).TransferUrl);
        source.Runtime.HoldDump = new TaskCompletionSource();
        var round = Guid.NewGuid();
        source.Expected.Expect(new ExpectBase(round, "stock", "node-s", "token", 1000, 60));
        async Task<int> AskAsync() => (int)(await source.AskAsync(
            new Uri(source.Options.Advertise, StandbyEndpoint.PathOf(round)).ToString(), "token")).StatusCode;
        Assert.Equal(200, await AskAsync());

        source.Desk.Accept(new TakeCheckpoint(migration, StepNames.TakeCheckpoint, 1, "orders-s", "node-t", url, "other", 50_000_000));
        await Eventually.GetAsync("nothing to come any more", async () => await AskAsync() == 400 ? "it does not" : null);
        Assert.Null(source.Standby.Begin(OrderFor(target)));

        source.Runtime.HoldDump.SetResult();
        await source.Bus.NextAsync<CheckpointTaken>();
        await source.Bus.NextAsync<TransferCompleted>();
        await source.Desk.IdleAsync(migration);
        Assert.Equal(200, await AskAsync());
        target.Book.Remove(migration);
        Assert.Null((await RoundAsync(source, OrderFor(target))).Problem);
    }

    [Fact]
    public async Task orders_that_nobody_carries_out_do_not_pile_up()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();
        await source.RunAsync("orders-s");
        _memory.Blocks = [Noise(1)];
        var other = new ExpectBase(Guid.NewGuid(), "stock", "node-s", "token", 1000, 60);
        target.Expected.Expect(other);
        var dropped = Enumerable.Range(0, 1200).Select(_ => OrderFor(target).RoundId).ToList();
        Assert.InRange(dropped.Count(id => target.Expected.Of(id) is not null), 1, 10);

        Assert.Null((await RoundAsync(source, OrderFor(target))).Problem);

        Assert.DoesNotContain(dropped, id => target.Expected.Of(id) is not null);
        Assert.NotNull(target.Expected.Of(other.RoundId));
    }

    [Fact]
    public async Task rounds_that_come_together_have_one_share_between_them()
    {
        await using var source = await OpenSourceAsync();
        await using var another = await OpenSourceAsync();
        await using var target = await OpenTargetAsync(options => options with { BaseShare = 1 });
        await source.RunAsync("orders-s");
        await another.RunAsync("orders-s");
        // Of twenty megabytes.
        _memory.Blocks = [.. Enumerable.Range(1, 10).Select(seed => Noise(seed))];

        await Task.WhenAll(
            source.Standby.Begin(OrderFor(target))!, another.Standby.Begin(OrderFor(target, workload: "stock"))!)
            .WithinLimitAsync("both to end");

        string?[] problems = [.. new[] { source, another }.Select(one => Assert.Single(one.Standby.Of("orders-s")!).Problem?.Code)];
        Assert.Equal([null, "MS2M-2303"], problems.Order(StringComparer.Ordinal));
        Assert.InRange(target.Bases.All().Sum(one => one.Bytes), 12_000_000, 20_000_000);
    }

    [Fact]
    public async Task with_another_token_or_from_another_node_nothing_is_told_or_taken()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();
        var round = Guid.NewGuid();
        target.Expected.Expect(new ExpectBase(round, "orders", "node-s", "token", 1000, 60));
        target.Expected.Expect(new ExpectBase(Guid.Empty, "orders", "node-x", "token", 1000, 60));
        async Task<int> AskAsync(Guid id, string token, string below = "") => (int)(await target.AskAsync(
            new Uri(target.Options.Advertise, StandbyEndpoint.PathOf(id) + below).ToString(), token)).StatusCode;

        Assert.Equal(200, await AskAsync(round, "token"));
        Assert.Equal(401, await AskAsync(round, "guess"));
        Assert.Equal(401, await AskAsync(round, "guess", "/pages"));
        Assert.Equal(401, await AskAsync(Guid.NewGuid(), "token"));
        Assert.Equal(401, await AskAsync(Guid.Empty, "token"));
    }

    [Fact]
    public async Task a_round_is_good_for_one_sending()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();
        await source.RunAsync("orders-s");
        _memory.Blocks = [Noise(1)];
        var order = OrderFor(target);
        await RoundAsync(source, order);

        Assert.Null(target.Expected.Of(order.RoundId));
    }

    [Fact]
    public async Task what_is_more_than_the_share_is_not_taken_and_what_was_there_stays()
    {
        await using var source = await OpenSourceAsync();
        // Of the stage's two gigabytes.
        await using var target = await OpenTargetAsync(options => options with { BaseShare = 1 });
        await source.RunAsync("orders-s");
        _memory.Blocks = [Noise(1)];
        await RoundAsync(source, OrderFor(target));
        _memory.Blocks = [.. Enumerable.Range(2, 20).Select(seed => Noise(seed))];

        var round = await RoundAsync(source, OrderFor(target));

        Assert.Equal("MS2M-2303", round.Problem?.Code);
        Assert.Equal(Pages * Page.Length, new FileInfo(Path.Combine(Assert.Single(target.Bases.Of("orders")).Images, "pages")).Length);
    }

    [Fact]
    public async Task a_node_without_room_or_that_keeps_things_too_shortly_says_so()
    {
        await using var source = await OpenSourceAsync();
        await using var full = await OpenTargetAsync();
        await using var brief = await OpenTargetAsync(options => options with { BaseSeconds = 60 });
        await source.RunAsync("orders-s");
        _memory.Blocks = [Noise(1)];
        full.Room.Space = full.Options.ReserveBytes + 1000;
        await using var busy = await OpenTargetAsync();
        busy.Room.Memory = busy.Options.ReserveBytes + 1000;

        Assert.Equal("MS2M-2501", (await RoundAsync(source, OrderFor(full))).Problem?.Code);
        Assert.Equal("MS2M-2501", (await RoundAsync(source, OrderFor(busy))).Problem?.Code);
        Assert.Equal("MS2M-2316", (await RoundAsync(source, OrderFor(brief))).Problem?.Code);
        Assert.Empty(full.Bases.All());
        Assert.Empty(brief.Bases.All());
    }

    [Fact]
    public async Task an_instance_that_does_not_run_is_not_sent()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();

        Assert.Equal("MS2M-2104", (await RoundAsync(source, OrderFor(target))).Problem?.Code);
    }

    [Fact]
    public async Task what_nobody_needs_any_more_is_dropped_and_what_a_migration_left_is_not()
    {
        await using var source = await OpenSourceAsync();
        await using var target = await OpenTargetAsync();
        await source.RunAsync("orders-s");
        _memory.Blocks = [Noise(1)];
        await RoundAsync(source, OrderFor(target));
        Assert.Single(target.Bases.All());

        target.Expected.Drop("stock");
        Assert.Single(target.Bases.All());
        target.Expected.Drop("orders");

        Assert.Empty(target.Bases.All());
    }
}
