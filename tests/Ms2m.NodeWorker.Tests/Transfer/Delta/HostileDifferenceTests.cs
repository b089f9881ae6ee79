using System.Text;
using Ms2m.Fuzzing;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Tests.Transfer.Delta;

/// <summary>What frames may not say about memory that is already here.</summary>
public sealed class HostileDifferenceTests : IDisposable
{
    private const int Limit = 100_000;

    private readonly TemporaryFolder _folder = new();
    private readonly string _base;

    public HostileDifferenceTests()
    {
        _base = _folder["base"];
        Directory.CreateDirectory(_base);
        File.WriteAllBytes(Path.Combine(_base, "pages-1.img"), new byte[10_000]);
        File.WriteAllText(_folder["secret"], "of another workload");
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Copy(CopiedSpan span)
    {
        var frame = new byte[400];
        return frame[..SpanFrames.WriteCopy(frame, "pages-1.img", 0, span)];
    }

    private async Task<string?> ReceiveAsync(byte[] frames)
    {
        using var incoming = new IncomingCheckpoint(_folder["in"], Limit, () => 2 * Limit);
        var outcome = await incoming.ReceiveAsync(new MemoryStream(frames), resume: false, [_base], default);
        await incoming.DiscardAsync();
        return outcome.Trouble?.Reason.Code;
    }

    [Theory]
    [InlineData(0, "pages-1.img", 10_000, 1)]
    [InlineData(0, "pages-1.img", 9_999, 2)]
    [InlineData(0, "pages-1.img", 0, 10_001)]
    [InlineData(0, "pages-1.img", long.MaxValue, long.MaxValue)]
    [InlineData(0, "pages-1.img", -1, 10)]
    [InlineData(0, "pages-1.img", 0, -10)]
    [InlineData(0, "pages-1.img", 0, 0)]
    [InlineData(1, "pages-1.img", 0, 10)]
    [InlineData(255, "pages-1.img", 0, 10)]
    [InlineData(0, "../secret", 0, 10)]
    [InlineData(0, "/etc/passwd", 0, 10)]
    [InlineData(0, ".", 0, 10)]
    public async Task a_place_that_is_none_is_refused(byte number, string file, long offset, long length) =>
        Assert.Equal("MS2M-2301", await ReceiveAsync(Copy(new(number, file, offset, length))));

    [Fact]
    public async Task a_file_that_the_base_does_not_have_is_a_base_that_is_gone() =>
        Assert.Equal("MS2M-2309", await ReceiveAsync(Copy(new(0, "pages-2.img", 0, 10))));

    [Fact]
    public async Task a_few_bytes_do_not_become_more_than_is_allowed()
    {
        var zeros = new byte[200];
        var length = SpanFrames.WriteZeros(zeros, "pages-1.img", 0, Limit + 1);
        Assert.Equal("MS2M-2303", await ReceiveAsync(zeros[..length]));
        length = SpanFrames.WriteZeros(zeros, "pages-1.img", 0, long.MaxValue);
        Assert.Equal("MS2M-2303", await ReceiveAsync(zeros[..length]));
        length = SpanFrames.WriteZeros(zeros, "pages-1.img", 0, -1);
        Assert.Equal("MS2M-2301", await ReceiveAsync(zeros[..length]));
    }

    [Fact]
    public async Task a_sender_that_has_named_no_base_cannot_copy_from_one()
    {
        using var incoming = new IncomingCheckpoint(_folder["in"], Limit, () => 2 * Limit);

        var outcome = await incoming.ReceiveAsync(
            new MemoryStream(Copy(new(0, "pages-1.img", 0, 10))), resume: false, [], default);

        Assert.Equal("MS2M-2301", outcome.Trouble?.Reason.Code);
    }

    [Fact]
    public async Task whatever_is_said_about_a_base_makes_a_checkpoint_with_its_digest_or_none()
    {
        using var digest = new CheckpointDigest();
        digest.Append("pages-1.img", new byte[9_000]);
        var zeros = new byte[200];
        var end = new byte[200];
        byte[] whole =
        [
            .. Copy(new(0, "pages-1.img", 100, 5_000)),
            .. zeros[..SpanFrames.WriteZeros(zeros, "pages-1.img", 5_000, 4_000)],
            .. End(end, digest),
        ];
        var complete = 0;
        await Fuzz.EachAsync(1500, async random =>
        {
            using var incoming = new IncomingCheckpoint(_folder["in"], Limit, () => 2 * Limit);
            try
            {
                var outcome = await incoming.ReceiveAsync(
                    new MemoryStream(Mutation.Bytes(random, whole)), resume: false, [_base], default);
                complete += outcome.Failed ? 0 : 1;
                Assert.Equal(outcome.Failed, incoming.Complete is null);
            }
            catch (EndOfStreamException)
            {
                Assert.Null(incoming.Complete);
            }
            Assert.True(Directory.GetFiles(incoming.Images).Sum(f => new FileInfo(f).Length) <= Limit);
            Assert.Equal(3, Directory.GetFileSystemEntries(_folder.Path).Length);
            await incoming.DiscardAsync();
        });
        Assert.InRange(complete, 100, 1400);
        Assert.Equal(new byte[10_000], await File.ReadAllBytesAsync(Path.Combine(_base, "pages-1.img")));
    }

    private static byte[] End(byte[] frame, CheckpointDigest digest)
    {
        var head = CheckpointFrame.Write(frame, FrameKind.End, "", digest.Bytes, CheckpointDigest.Length);
        Encoding.ASCII.GetBytes(digest.Current(), frame.AsSpan(head));
        return frame[..(head + CheckpointDigest.Length)];
    }
}
