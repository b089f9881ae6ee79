using System.Net;
using System.Net.Http.Json;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Tests.Transfer;

/// <summary>What a sender with the right token may still not do.</summary>
public sealed class HostileSenderTests
{
    private static byte[] Data(string name, long offset, byte[] body) => Frame(FrameKind.Data, name, offset, body);

    private static byte[] End(long bytes, string digest) =>
        Frame(FrameKind.End, "", bytes, System.Text.Encoding.ASCII.GetBytes(digest));

    private static byte[] Frame(FrameKind kind, string name, long offset, byte[] body)
    {
        var frame = new byte[CheckpointFrame.HeadLength + name.Length + body.Length];
        CheckpointFrame.Write(frame, kind, name, offset, body.Length);
        body.CopyTo(frame, CheckpointFrame.HeadLength + name.Length);
        return frame;
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/etc/cron.d/evil")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData(".profile")]
    public async Task a_name_that_leads_elsewhere_is_refused(string name)
    {
        await using var stage = await TransferStage.OpenAsync();

        var (status, trouble) = await PutAsync(stage, Data(name, 0, [1, 2, 3]));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("MS2M-2301", trouble?.Reason.Code);
        Assert.Empty(Directory.GetFiles(stage.IncomingFolder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task bytes_that_do_not_follow_are_refused()
    {
        await using var stage = await TransferStage.OpenAsync();

        var (status, _) = await PutAsync(stage, [.. Data("a", 0, [1]), .. Data("a", 5_000_000_000, [2])]);

        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Fact]
    public async Task a_wrong_digest_makes_no_checkpoint()
    {
        await using var stage = await TransferStage.OpenAsync();
        var digest = new string('0', 64);

        var (status, trouble) = await PutAsync(stage, [.. Data("inventory.img", 0, [1]), .. End(1, digest)]);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.True(trouble!.Retryable);
        Assert.Null(stage.Incoming.Find(stage.MigrationId, digest));
    }

    [Fact]
    public async Task a_stream_that_ends_early_makes_no_checkpoint()
    {
        await using var stage = await TransferStage.OpenAsync();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => PutAsync(stage, Data("inventory.img", 0, [1])));

        Assert.False(File.Exists(Path.Combine(stage.IncomingFolder, CompleteCheckpoint.FileName)));
    }

    [Fact]
    public async Task noise_is_refused()
    {
        await using var stage = await TransferStage.OpenAsync();
        var noise = new byte[100];
        new Random(3).NextBytes(noise);

        var (status, _) = await PutAsync(stage, noise);

        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Fact]
    public async Task a_compressed_piece_that_expands_without_end_is_refused()
    {
        await using var stage = await TransferStage.OpenAsync();
        using var zstd = new Zstd();
        var bomb = new byte[100_000];
        var length = zstd.Compress(new byte[50_000_000], bomb, 1);

        var (status, trouble) = await PutAsync(stage, Frame(FrameKind.Zstd, "pages-1.img", 0, bomb[..length]));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("MS2M-2301", trouble?.Reason.Code);
        Assert.Empty(Directory.GetFiles(stage.IncomingFolder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task compressed_pieces_do_not_pass_the_limit_unseen()
    {
        await using var stage = await TransferStage.OpenAsync(maxBytes: 100_000);
        using var zstd = new Zstd();
        var piece = new byte[1000];
        var length = zstd.Compress(new byte[200_000], piece, 1);

        var (status, trouble) = await PutAsync(stage, Frame(FrameKind.Zstd, "pages-1.img", 0, piece[..length]));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal("MS2M-2303", trouble?.Reason.Code);
    }

    [Fact]
    public async Task ever_more_files_are_refused()
    {
        await using var stage = await TransferStage.OpenAsync();
        var frames = Enumerable.Range(0, 10_001).SelectMany(i => Data($"f{i}", 0, [])).ToArray();

        var (status, _) = await PutAsync(stage, frames);

        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Fact]
    public async Task a_length_announced_beyond_the_limit_is_refused_unread()
    {
        await using var stage = await TransferStage.OpenAsync(maxBytes: 1000);

        var (status, trouble) = await PutAsync(stage, new byte[2000]);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal("MS2M-2303", trouble?.Reason.Code);
        Assert.False(Directory.Exists(stage.IncomingFolder));
    }

    private static async Task<(HttpStatusCode, Trouble?)> PutAsync(TransferStage stage, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        using var response = await stage.RequestAsync(HttpMethod.Put, content);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<Trouble>(ContractJson.Options));
    }
}
