using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Tests.Runtimes;

public sealed class CheckpointFilesTests
{
    [Theory]
    [InlineData("pages-1.img")]
    [InlineData("tmpfs-dev-80.tar.gz.img")]
    [InlineData("descriptors.json")]
    [InlineData("rootfs-diff.tar")]
    public void names_that_criu_and_podman_give_are_allowed(string name) => Assert.True(CheckpointFiles.IsAllowed(name));

    [Fact]
    public void so_is_that_of_a_volume()
    {
        Assert.True(CheckpointFiles.IsAllowed(CheckpointFiles.Volume("/var/lib/data")));
        Assert.NotEqual(CheckpointFiles.Volume("/var/lib/data"), CheckpointFiles.Volume("/var/lib/data2"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("../escape")]
    [InlineData("/etc/passwd")]
    [InlineData("folder/file")]
    [InlineData("back\\slash")]
    [InlineData("line\nfeed")]
    [InlineData("zero\0byte")]
    [InlineData("trailing\n")]
    [InlineData("-option")]
    public void names_that_could_lead_elsewhere_are_not(string name) => Assert.False(CheckpointFiles.IsAllowed(name));
}
