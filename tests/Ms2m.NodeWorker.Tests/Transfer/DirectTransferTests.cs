using System.Net;
using System.Net.Sockets;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer;

namespace Ms2m.NodeWorker.Tests.Transfer;

public sealed class DirectTransferTests
{
    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    [Fact]
    public async Task every_file_arrives_and_both_sides_agree_on_the_digest()
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Write("pages-1.img", Bytes(3_000_001));
        stage.Write("inventory.img", Bytes(17));
        stage.Write("empty.img", []);

        var sent = (await stage.SendAsync()).Value;

        var images = stage.Incoming.Find(stage.MigrationId, sent.Digest);
        Assert.NotNull(images);
        Assert.Equal(3_000_018, sent.Bytes);
        Assert.Equal(["empty.img", "inventory.img", "pages-1.img"], Directory.GetFiles(images).Select(Path.GetFileName).Order());
        Assert.Equal(Bytes(3_000_001), await File.ReadAllBytesAsync(Path.Combine(images, "pages-1.img")));
    }

    [Fact]
    public async Task what_arrives_is_readable_by_the_worker_alone()
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Write("pages-1.img", Bytes(10));

        var sent = (await stage.SendAsync()).Value;

        var images = stage.Incoming.Find(stage.MigrationId, sent.Digest)!;
        Assert.Equal(PrivateFiles.Folder, File.GetUnixFileMode(images));
        Assert.Equal(PrivateFiles.File, File.GetUnixFileMode(Path.Combine(images, "pages-1.img")));
    }

    [Fact]
    public async Task nothing_travels_before_the_dump_is_complete()
    {
        await using var stage = await TransferStage.OpenAsync();
        var dump = new TaskCompletionSource<Outcome<Dump>>();
        await using var wire = new BreakingWire(stage.Url, int.MaxValue);
        stage.Write("pages-1.img", Bytes(1_000_000));

        var sending = stage.SendAsync(dump.Task, url: wire.Url);
        await Eventually.HoldsAsync("a connection made ahead", () => wire.Passed > 0);
        stage.Write("inventory.img", Bytes(5));
        dump.SetResult(new Dump(CheckpointWay.Images, 1));

        var sent = (await sending.WithinLimitAsync("the transfer's end")).Value;
        Assert.Equal(1_000_005, sent.Bytes);
        Assert.NotNull(stage.Incoming.Find(stage.MigrationId, sent.Digest));
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("")]
    public async Task with_a_wrong_token_nothing_is_written_and_no_retry_is_suggested(string token)
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Write("pages-1.img", Bytes(100));

        var outcome = await stage.SendAsync(token: token);

        Assert.False(outcome.Trouble!.Retryable);
        Assert.Contains("401", outcome.Trouble.Reason.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(stage.Options.IncomingFolder));
    }

    [Fact]
    public async Task an_unknown_migration_looks_like_a_wrong_token()
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Write("pages-1.img", Bytes(100));
        var elsewhere = new Uri(stage.Url, TransferEndpoint.PathOf(Guid.NewGuid(), 1));

        var outcome = await stage.SendAsync(url: elsewhere);

        Assert.Contains("401", outcome.Trouble!.Reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_refused_sender_is_refused_before_it_has_sent_its_body()
    {
        await using var stage = await TransferStage.OpenAsync();
        using var content = new NeverSent();

        using var response = await stage.RequestAsync(HttpMethod.Put, content, token: null);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task more_than_was_allowed_is_refused_by_the_target()
    {
        await using var stage = await TransferStage.OpenAsync(maxBytes: 1_000_000);
        stage.Write("pages-1.img", Bytes(2_000_000));

        var outcome = await stage.SendAsync();

        Assert.Equal("MS2M-2303", outcome.Trouble!.Reason.Code);
        Assert.False(outcome.Trouble.Retryable);
    }

    [Fact]
    public async Task more_than_was_allowed_is_not_even_sent_by_the_source()
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Write("pages-1.img", Bytes(2_000_000));

        var outcome = await stage.SendAsync(maxBytes: 1_000_000);

        Assert.Equal("MS2M-2303", outcome.Trouble!.Reason.Code);
    }

    [Fact]
    public async Task a_full_target_says_so()
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Room.Space = 0;
        stage.Write("pages-1.img", Bytes(10));

        var outcome = await stage.SendAsync();

        Assert.Equal("MS2M-2501", outcome.Trouble!.Reason.Code);
    }

    [Fact]
    public async Task after_a_break_the_rest_is_sent_and_no_more()
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Write("pages-1.img", Bytes(4_000_000));
        stage.Write("inventory.img", Bytes(5));
        // Cut in the middle of the third piece.
        await using var wire = new BreakingWire(stage.Url, breakAfter: 700_000);

        var sent = (await stage.SendAsync(url: wire.Url)).Value;

        Assert.Equal(1, wire.Breaks);
        Assert.NotNull(stage.Incoming.Find(stage.MigrationId, sent.Digest));
        // At most what was under way when the wire broke goes twice, besides a few heads.
        Assert.InRange(wire.Passed, 4_000_000, 4_000_000 + 700_000 + 20_000);
    }

    [Fact]
    public async Task a_sender_that_goes_on_where_nothing_is_any_more_begins_anew()
    {
        await using var stage = await TransferStage.OpenAsync();
        using var digest = new CheckpointDigest();
        digest.Append("inventory.img", "1"u8);
        var frames = new byte[2 * CheckpointFrame.HeadLength + 13 + 1 + CheckpointDigest.Length];
        var head = CheckpointFrame.Write(frames, FrameKind.Data, "inventory.img", 0, 1);
        frames[head] = (byte)'1';
        var end = head + 1 + CheckpointFrame.Write(frames.AsSpan(head + 1), FrameKind.End, "", 1, CheckpointDigest.Length);
        System.Text.Encoding.ASCII.GetBytes(digest.Current(), frames.AsSpan(end));
        // What a worker that was killed has left: files, whose digest went with it.
        Directory.CreateDirectory(Path.Combine(stage.IncomingFolder, "images"));
        stage.Write("left.img", [1]);
        File.Copy(Path.Combine(stage.Outgoing, "left.img"), Path.Combine(stage.IncomingFolder, "images", "left.img"));
        using var content = new ByteArrayContent(frames);
        content.Headers.Add("Ms2m-Resume", "1");

        using var response = await stage.RequestAsync(HttpMethod.Put, content);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var images = stage.Incoming.Find(stage.MigrationId, digest.Current())!;
        Assert.Equal(["inventory.img"], Directory.GetFiles(images).Select(Path.GetFileName));
    }

    [Fact]
    public async Task a_target_that_breaks_every_time_ends_in_trouble_that_may_be_tried_again()
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Write("pages-1.img", Bytes(4_000_000));
        await using var wire = new BreakingWire(stage.Url, breakAfter: 10_000, times: int.MaxValue);

        var outcome = await stage.SendAsync(url: wire.Url);

        Assert.Equal("MS2M-2302", outcome.Trouble!.Reason.Code);
        Assert.True(outcome.Trouble.Retryable);
    }

    [Fact]
    public async Task a_target_that_says_nothing_at_all_is_not_called_slow()
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Write("pages-1.img", Bytes(1000));
        // The kernel takes the connection, and nobody ever speaks over it.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        var outcome = await stage.SendAsync(url: new Uri($"https://{silent.LocalEndpoint}/checkpoints/x/1"));

        Assert.Equal("MS2M-2302", outcome.Trouble!.Reason.Code);
        Assert.True(outcome.Trouble.Retryable);
    }

    [Fact]
    public async Task a_dump_that_fails_ends_the_transfer_with_its_own_trouble()
    {
        await using var stage = await TransferStage.OpenAsync();
        var dump = new TaskCompletionSource<Outcome<Dump>>();
        stage.Write("pages-1.img", Bytes(1000));

        var sending = stage.SendAsync(dump.Task);
        dump.SetResult(NodeFailures.DumpFailed("s-1", "criu said no"));
        var outcome = await sending.WithinLimitAsync("the transfer's end");

        Assert.Equal("MS2M-2201", outcome.Trouble!.Reason.Code);
    }

    [Fact]
    public async Task a_cancelled_transfer_ends_at_once()
    {
        await using var stage = await TransferStage.OpenAsync();
        using var cancel = new CancellationTokenSource();
        stage.Write("pages-1.img", Bytes(1000));

        var sending = stage.SendAsync(new TaskCompletionSource<Outcome<Dump>>().Task, cancel: cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinLimitAsync("the transfer's end"));
    }

    private sealed class NeverSent : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            throw new InvalidOperationException("The body was asked for.");

        protected override bool TryComputeLength(out long length)
        {
            length = 1_000_000;
            return true;
        }
    }
}
