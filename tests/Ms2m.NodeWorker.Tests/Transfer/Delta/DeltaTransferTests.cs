using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Tests.Transfer.Delta;

/// <summary>Over real connections: memory sent ahead, and the checkpoint that leaves it out.</summary>
public sealed class DeltaTransferTests
{
    private static readonly TransferOptions Delta = new(TransferMode.Delta, TransferCompression.None);

    /// <summary>So slow that a first round is never over at once, which would end the rounds.</summary>
    private static readonly TransferOptions Slowly = Delta with { MaxBytesPerSecond = 3_000_000 };

    private readonly FakeLiveMemory _memory = new();

    private static byte[] Noise(int seed, int pages)
    {
        var bytes = new byte[pages * Page.Length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private Task<(IReadOnlyList<PreCopyRound> Rounds, string StoppedBecause)> SendAheadAsync(
        TransferStage stage, Uri? url = null, string token = TransferStage.Token, TimeSpan? longest = null,
        TimeSpan spent = default) =>
        new AheadRounds(stage.Source, _memory, TimeProvider.System, NullLogger<AheadRounds>.Instance)
        {
            Longest = longest ?? TimeSpan.FromMinutes(1),
        }.RunAsync(
            new TransferOrder(url ?? stage.Url, TransferStage.TargetNode, token, 10_000_000) { Options = Slowly },
            new LiveContainer(1, "id"), spent, default);

    [Fact]
    public async Task what_was_sent_ahead_is_left_out_of_the_checkpoint()
    {
        await using var stage = await TransferStage.OpenAsync();
        _memory.Blocks = [Noise(1, 200), Noise(2, 200), new byte[50 * Page.Length]];
        var (rounds, why) = await SendAheadAsync(stage);
        stage.Write("pages-1.img", [.. Noise(3, 2), .. Noise(2, 200), .. Noise(1, 200), .. new byte[50 * Page.Length], 1, 2, 3]);

        var sent = (await stage.SendAsync(options: Delta)).Value;

        Assert.Equal([450 * Page.Length, 450 * Page.Length], rounds.Select(r => r.Bytes));
        Assert.InRange(rounds[0].WireBytes, 400 * Page.Length, 401 * Page.Length);
        Assert.Contains("fewer than 64 pages", why, StringComparison.Ordinal);
        Assert.Equal(452 * Page.Length + 3, sent.Bytes);
        // Two pages, the hashes of the rest, and a few heads.
        Assert.InRange(sent.WireBytes, 2 * Page.Length, 2 * Page.Length + 400 * sizeof(ulong) + 500);
        Assert.NotNull(stage.Incoming.Find(stage.MigrationId, sent.Digest));
    }

    [Fact]
    public async Task a_round_that_lasts_too_long_is_stopped_within()
    {
        await using var stage = await TransferStage.OpenAsync();
        // More than ten seconds worth.
        _memory.Blocks = [.. Enumerable.Range(1, 10).Select(seed => Noise(seed, 1000))];

        var ahead = SendAheadAsync(stage, longest: TimeSpan.FromSeconds(1));

        Assert.Same(ahead, await Task.WhenAny(ahead, Task.Delay(TimeSpan.FromSeconds(30))));
        Assert.Empty((await ahead).Rounds);
        Assert.Contains("Sending memory ahead", (await ahead).StoppedBecause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task no_memory_goes_ahead_when_the_volumes_took_the_time()
    {
        await using var stage = await TransferStage.OpenAsync();
        _memory.Blocks = [Noise(1, 200)];

        var (rounds, why) = await SendAheadAsync(stage, longest: TimeSpan.FromMinutes(1), spent: TimeSpan.FromMinutes(1));

        Assert.Empty(rounds);
        Assert.Contains("the volumes took", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task memory_that_cannot_be_read_ends_the_rounds_and_no_more()
    {
        await using var stage = await TransferStage.OpenAsync();
        _memory.Broken = true;

        var (rounds, why) = await SendAheadAsync(stage);

        Assert.Empty(rounds);
        Assert.NotEmpty(why);
    }

    [Fact]
    public async Task each_round_sends_only_what_is_new()
    {
        await using var stage = await TransferStage.OpenAsync();
        _memory.Blocks = [Noise(1, 300)];
        _memory.Later = [Noise(1, 300), Noise(2, 150)];

        var (rounds, _) = await SendAheadAsync(stage);

        Assert.InRange(rounds[1].WireBytes, 150 * Page.Length, 151 * Page.Length);
        Assert.Equal(2, stage.Bases.Of("t").Count(b => b.Bytes > 100 * Page.Length));
    }

    [Fact]
    public async Task hashes_that_lie_cost_a_second_transfer_and_no_more()
    {
        await using var stage = await TransferStage.OpenAsync();
        _memory.Blocks = [Noise(1, 300)];
        await SendAheadAsync(stage);
        // The same pages, as far as their hashes tell.
        var pages = stage.Bases.Of("t").Select(b => Path.Combine(b.Images, "pages")).First(f => new FileInfo(f).Length > 0);
        await File.WriteAllBytesAsync(pages, Noise(9, 300));
        stage.Write("pages-1.img", Noise(1, 300));

        var sent = (await stage.SendAsync(options: Delta)).Value;

        Assert.True(sent.WireBytes > 300 * Page.Length);
        var images = stage.Incoming.Find(stage.MigrationId, sent.Digest)!;
        Assert.Equal(Noise(1, 300), await File.ReadAllBytesAsync(Path.Combine(images, "pages-1.img")));
    }

    [Fact]
    public async Task a_base_that_goes_after_it_was_told_of_is_made_up_for()
    {
        await using var stage = await TransferStage.OpenAsync();
        _memory.Blocks = [Noise(1, 300)];
        await SendAheadAsync(stage);
        stage.Write("pages-1.img", Noise(1, 300));
        var dump = new TaskCompletionSource<Outcome<Ms2m.NodeWorker.Runtimes.Dump>>();
        await using var wire = new BreakingWire(stage.Url, int.MaxValue);

        var sending = stage.SendAsync(dump.Task, url: wire.Url, options: Delta);
        await Eventually.HoldsAsync("the list of pages to have gone", () => stage.PageListsSent > 1);
        stage.Bases.RemoveOf(stage.MigrationId);
        dump.SetResult(await TransferStage.Complete);

        Assert.NotNull(stage.Incoming.Find(stage.MigrationId, (await sending).Value.Digest));
    }

    [Fact]
    public async Task a_target_of_an_older_worker_gets_all_of_it_at_once()
    {
        await using var stage = await TransferStage.OpenAsync();
        var older = new UriBuilder(stage.Url) { Query = "" }.Uri;
        stage.Write("pages-1.img", Noise(1, 10));

        var (rounds, why) = await SendAheadAsync(stage, older);
        var sent = (await stage.SendAsync(url: older, options: Delta)).Value;

        Assert.Empty(rounds);
        Assert.Contains("older worker", why, StringComparison.Ordinal);
        Assert.True(sent.WireBytes > 10 * Page.Length);
    }

    [Fact]
    public async Task without_the_token_nobody_learns_of_pages_or_leaves_some()
    {
        await using var stage = await TransferStage.OpenAsync();

        var (rounds, why) = await SendAheadAsync(stage, token: "wrong");

        Assert.Empty(rounds);
        Assert.Contains("401", why, StringComparison.Ordinal);
        Assert.False(Directory.Exists(stage.Options.BaseFolder));
    }

    [Fact]
    public async Task a_target_without_room_for_both_takes_the_checkpoint_rather()
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Room.Space = stage.Options.ReserveBytes + 1300 + 100_000;
        _memory.Blocks = [Noise(1, 300)];

        var (rounds, why) = await SendAheadAsync(stage);

        Assert.Empty(rounds);
        Assert.Contains("needs", why, StringComparison.Ordinal);
        Assert.Empty(stage.Bases.All());
    }
}
