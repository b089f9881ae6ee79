using Ms2m.NodeWorker.Runtimes.Podman;

namespace Ms2m.NodeWorker.Tests.Runtimes;

public sealed class CriuStatsTests
{
    // A real stats-dump of CRIU 4.2.1.
    private const string Real =
        "405910550633095 72b0000000a2908a99c0610a1fa0518b0f00120 8f7128d13d300038c23b400048005 00e580e608dd3f80268007 0880a";

    private static byte[] File => Convert.FromHexString(Real.Replace(" ", "", StringComparison.Ordinal));

    [Fact]
    public void a_real_file_tells_how_long_the_processes_stood_still()
    {
        var stats = CriuStats.Parse(File);

        Assert.NotNull(stats);
        Assert.Equal(101.929, stats.FreezingMs);
        Assert.Equal(97.569, stats.FrozenMs);
        Assert.Equal(30.768 + 14.479, stats.MemoryMs, 3);
    }

    [Fact]
    public void a_cut_or_foreign_file_tells_nothing_and_harms_nothing()
    {
        for (var length = 0; length < 16; length++)
            Assert.Null(CriuStats.Parse(File.AsSpan(0, length)));
        Assert.Null(CriuStats.Parse(new byte[64]));
    }

    [Fact]
    public void no_prefix_and_no_flipped_byte_of_a_file_throws()
    {
        for (var length = 0; length < File.Length; length++)
            _ = CriuStats.Parse(File.AsSpan(0, length));
        for (var at = 0; at < File.Length; at++)
        {
            var broken = File;
            broken[at] ^= 0xFF;
            _ = CriuStats.Parse(broken);
        }
    }
}
