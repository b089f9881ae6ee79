using Ms2m.Contracts;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Tests.Transfer.Wire;

public sealed class CompressionChoiceTests
{
    private const double Fast = 500e6;

    private static bool Auto(double? link, double? compressor = Fast, double? ratio = 0.3, int plainSince = 0) =>
        CompressionChoice.Compresses(TransferCompression.Auto, new Measured(link, compressor, ratio, plainSince));

    [Fact]
    public void what_was_asked_for_is_done_whatever_is_measured()
    {
        var slowLink = new Measured(1000, Fast, 0.1, 100);
        var badMemory = new Measured(1e9, 1e6, 1.0, 100);

        Assert.False(CompressionChoice.Compresses(TransferCompression.None, slowLink));
        Assert.True(CompressionChoice.Compresses(TransferCompression.Zstd, badMemory));
    }

    [Theory]
    [InlineData(375_000)]
    [InlineData(12_500_000)]
    [InlineData(125_000_000)]
    public void a_wire_slower_than_the_compressor_is_spared(double link) => Assert.True(Auto(link));

    [Theory]
    [InlineData(600e6)]
    [InlineData(2e9)]
    public void a_wire_faster_than_the_compressor_is_not_kept_waiting(double link) => Assert.False(Auto(link));

    [Fact]
    public void memory_that_does_not_shrink_goes_as_it_is() => Assert.False(Auto(link: 375_000, ratio: 0.99));

    [Fact]
    public void a_little_gain_is_none() => Assert.False(Auto(link: 480e6));

    [Fact]
    public void before_anything_is_known_a_block_is_tried() => Assert.True(Auto(link: null, compressor: null, ratio: null));

    [Fact]
    public void memory_that_did_not_shrink_is_looked_at_again_after_a_while()
    {
        Assert.False(Auto(link: 375_000, ratio: 0.99, plainSince: 31));
        Assert.True(Auto(link: 375_000, ratio: 0.99, plainSince: 32));
    }

    [Fact]
    public void a_compressor_that_is_too_slow_is_not_tried_again() => Assert.False(Auto(link: 2e9, plainSince: 1000));
}
