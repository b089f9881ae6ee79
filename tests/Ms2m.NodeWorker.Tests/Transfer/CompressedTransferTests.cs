using Ms2m.Contracts;
using Ms2m.NodeWorker.Transfer;

namespace Ms2m.NodeWorker.Tests.Transfer;

public sealed class CompressedTransferTests
{
    private static readonly TransferOptions Zstd = new(Compression: TransferCompression.Zstd);

    /// <summary>Like a heap: words that repeat, and some noise.</summary>
    private static byte[] Memory(int length)
    {
        var random = new Random(length);
        var bytes = new byte[length];
        for (var i = 0; i < length; i += 16)
            bytes[i] = (byte)random.Next(256);
        return bytes;
    }

    [Fact]
    public async Task memory_that_shrinks_takes_less_of_the_wire_and_arrives_as_it_was()
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Write("pages-1.img", Memory(3_000_001));
        stage.Write("empty.img", []);
        await using var wire = new BreakingWire(stage.Url, int.MaxValue);

        var sent = (await stage.SendAsync(url: wire.Url, options: Zstd)).Value;

        Assert.Equal(3_000_001, sent.Bytes);
        Assert.InRange(sent.WireBytes, 100_000, 1_000_000);
        // The rest is the handshake's and the headers'.
        Assert.InRange(wire.Passed - sent.WireBytes, 0, 30_000);
        var images = stage.Incoming.Find(stage.MigrationId, sent.Digest)!;
        Assert.Equal(Memory(3_000_001), await File.ReadAllBytesAsync(Path.Combine(images, "pages-1.img")));
        Assert.True(File.Exists(Path.Combine(images, "empty.img")));
    }

    [Fact]
    public async Task after_a_break_a_compressed_transfer_goes_on_where_the_target_is()
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Write("pages-1.img", Memory(9_000_000));
        await using var wire = new BreakingWire(stage.Url, breakAfter: 500_000);

        var sent = (await stage.SendAsync(url: wire.Url, options: Zstd)).Value;

        Assert.Equal(1, wire.Breaks);
        Assert.NotNull(stage.Incoming.Find(stage.MigrationId, sent.Digest));
        // What went twice is counted twice.
        Assert.True(sent.WireBytes > wire.Passed - 30_000);
    }

    [Fact]
    public async Task a_target_of_an_older_worker_gets_frames_that_it_knows()
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Write("pages-1.img", Memory(1_000_000));
        var older = new UriBuilder(stage.Url) { Query = "" }.Uri;

        var sent = (await stage.SendAsync(url: older, options: Zstd)).Value;

        Assert.True(sent.WireBytes > 1_000_000);
    }

    [Fact]
    public async Task noise_is_not_made_longer_by_compressing_it()
    {
        await using var stage = await TransferStage.OpenAsync();
        var noise = new byte[1_000_000];
        new Random(1).NextBytes(noise);
        stage.Write("pages-1.img", noise);

        var sent = (await stage.SendAsync(options: Zstd)).Value;

        Assert.InRange(sent.WireBytes, 1_000_000, 1_000_300);
    }

    [Fact]
    public async Task a_limited_transfer_is_slow_and_whole()
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Write("pages-1.img", Memory(300_000));

        var sent = (await stage.SendAsync(
            options: new TransferOptions(Compression: TransferCompression.None, MaxBytesPerSecond: 1_000_000))).Value;

        // A third of a second, less the burst; a machine may be slower, never faster.
        Assert.True(sent.TransferMs > 150);
        Assert.NotNull(stage.Incoming.Find(stage.MigrationId, sent.Digest));
    }

    [Fact]
    public void a_limit_stretches_the_time_that_a_transfer_may_take()
    {
        Assert.Equal(TimeSpan.FromMinutes(10), DirectTransfer.LimitOf(1_000_000_000, null));
        Assert.Equal(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1000), DirectTransfer.LimitOf(1_000_000_000, 1_000_000));
    }
}
