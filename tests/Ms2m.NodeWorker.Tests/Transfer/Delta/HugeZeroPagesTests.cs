using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Tests.Transfer.Delta;

public sealed class HugeZeroPagesTests : IDisposable
{
    private readonly TemporaryFolder _kernel = new();

    public void Dispose() => _kernel.Dispose();

    [Theory]
    [InlineData("[always] madvise never", "1", true)]
    [InlineData("always [madvise] never", "1", true)]
    [InlineData("always madvise [never]", "1", false)]
    [InlineData("[always] madvise never", "0", false)]
    public void the_kernel_says_whether_it_maps_one(string enabled, string zeroPage, bool maps)
    {
        Write("enabled", enabled);
        Write("use_zero_page", zeroPage);

        Assert.Equal(maps, new HugeZeroPages(_kernel.Path).MayBe());
    }

    [Theory]
    [InlineData("always [inherit] madvise never", false)]
    [InlineData("always inherit madvise [never]", false)]
    [InlineData("[always] inherit madvise never", true)]
    [InlineData("always inherit [madvise] never", true)]
    public void a_size_may_have_a_setting_of_its_own(string enabled, bool maps)
    {
        Write("enabled", "always madvise [never]");
        Write("use_zero_page", "1");
        Directory.CreateDirectory(_kernel["hugepages-2048kB"]);
        Write("hugepages-2048kB/enabled", enabled);

        Assert.Equal(maps, new HugeZeroPages(_kernel.Path).MayBe());
    }

    [Fact]
    public void what_cannot_be_read_may_be() => Assert.True(new HugeZeroPages(_kernel.Path).MayBe());

    [Fact]
    public void a_kernel_without_huge_pages_has_none() => Assert.False(new HugeZeroPages(_kernel["none"]).MayBe());

    private void Write(string setting, string content) => File.WriteAllText(_kernel[setting], content + "\n");
}
