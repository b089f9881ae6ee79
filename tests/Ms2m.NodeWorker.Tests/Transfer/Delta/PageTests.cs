using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Tests.Transfer.Delta;

public sealed class PageTests
{
    [Fact]
    public void its_hash_is_what_xxh64sum_says()
    {
        var page = new byte[Page.Length];
        for (var i = 0; i < page.Length; i++)
            page[i] = (byte)(i * 7 + (i >> 8));

        Assert.Equal(0x2f2095dbb4b78856UL, Page.HashOf(page));
        Assert.Equal(0xac869b6f32d8bbdbUL, Page.HashOf(new byte[Page.Length]));
    }

    [Fact]
    public void only_zeros_are_zeros()
    {
        var page = new byte[Page.Length];
        Assert.True(Page.IsZero(page, Page.HashOf(page)));
        var zeros = Page.HashOf(page);
        page[^1] = 1;

        Assert.False(Page.IsZero(page, Page.HashOf(page)));
        // Also when the hash lies.
        Assert.False(Page.IsZero(page, zeros));
    }
}
