using Ms2m.NodeWorker.Transfer;

namespace Ms2m.NodeWorker.Tests.Transfer;

public sealed class TransferTokenTests
{
    private static readonly string Digest = TransferToken.DigestOf("right");

    [Fact]
    public void the_right_token_opens() => Assert.True(TransferToken.Matches(TransferToken.Header("right"), Digest));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("right")]
    [InlineData("Bearer ")]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer right ")]
    [InlineData("bearer right")]
    [InlineData("Basic right")]
    public void nothing_else_does(string? header) => Assert.False(TransferToken.Matches(header, Digest));

    [Fact]
    public void its_digest_does_not_hold_the_token() =>
        Assert.DoesNotContain("right", Digest, StringComparison.OrdinalIgnoreCase);
}
