using Ms2m.NodeWorker.Runtimes.Podman;

namespace Ms2m.NodeWorker.Tests.Runtimes;

/// <summary>What podman writes and reads of a checkpoint is led into memory for as long as it works on it.</summary>
public sealed class MemoryLinksTests : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("ms2m-links-").FullName;

    [Fact]
    public void a_container_that_is_removed_meanwhile_takes_its_links_along()
    {
        var links = MemoryLinks.ForWriting(new PodmanPlaces("/nowhere"), _state, "/memory");
        Assert.Equal("/memory", new DirectoryInfo(Path.Combine(_state, "checkpoint")).LinkTarget);

        Directory.Delete(_state, recursive: true);

        links.Dispose();
        Assert.False(Directory.Exists(_state));
    }

    [Fact]
    public void nothing_of_them_is_left_afterwards()
    {
        MemoryLinks.ForWriting(new PodmanPlaces("/nowhere"), _state, "/memory").Dispose();

        Assert.Empty(Directory.GetFileSystemEntries(_state));
    }

    public void Dispose()
    {
        if (Directory.Exists(_state))
            Directory.Delete(_state, recursive: true);
    }
}
