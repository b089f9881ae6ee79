using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Tests.Transfer.Wire;

public sealed class ZstdTests
{
    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5000)]
    [InlineData(CheckpointFrame.MaxLength)]
    public void a_block_comes_back_as_it_was(int length)
    {
        using var zstd = new Zstd();
        var block = Noise(length);
        var compressed = new byte[2 * length + 100];
        var expanded = new byte[CheckpointFrame.MaxLength];

        var size = zstd.Compress(block, compressed, 1);

        Assert.Equal(length, zstd.Expand(compressed.AsSpan(0, size), expanded));
        Assert.Equal(block, expanded[..length]);
    }

    [Fact]
    public void what_does_not_fit_is_told_of_and_not_cut()
    {
        using var zstd = new Zstd();

        Assert.Equal(0, zstd.Compress(Noise(5000), new byte[4999], 1));
    }

    [Fact]
    public void a_block_that_expands_beyond_its_room_is_refused()
    {
        using var zstd = new Zstd();
        var compressed = new byte[10_000];
        var size = zstd.Compress(new byte[10_000_000], compressed, 1);

        Assert.Equal(-1, zstd.Expand(compressed.AsSpan(0, size), new byte[CheckpointFrame.MaxLength]));
    }

    [Fact]
    public void noise_is_refused()
    {
        using var zstd = new Zstd();

        Assert.Equal(-1, zstd.Expand(Noise(300), new byte[1000]));
    }
}
