namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>A folder of one test's own on a disk, where no checkpoint may rest.</summary>
internal sealed class DiskFolder : IDisposable
{
    public DiskFolder()
    {
        Path = System.IO.Path.Combine("/var/tmp", $"ms2m-worker-{Guid.NewGuid():N}");
        PrivateFiles.CreateFolder(Path);
        Assert.NotEqual("tmpfs", new DriveInfo(Path).DriveFormat);
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
