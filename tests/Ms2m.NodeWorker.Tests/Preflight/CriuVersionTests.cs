using Ms2m.NodeWorker.Preflight;

namespace Ms2m.NodeWorker.Tests.Preflight;

public sealed class CriuVersionTests
{
    [Theory]
    [InlineData("Version: 4.2.1", "4.2.1")]
    [InlineData("Version: 4.2\nGitID: v4.2-1-gabc", "4.2")]
    [InlineData("Version: 3.17.1\n", "3.17.1")]
    public void what_criu_prints_is_understood(string said, string version) =>
        Assert.Equal(Version.Parse(version), CriuVersionCheck.Parse(said));

    [Theory]
    [InlineData("")]
    [InlineData("criu: command not found")]
    [InlineData("Version: new")]
    public void anything_else_is_no_version(string said) => Assert.Null(CriuVersionCheck.Parse(said));
}
