namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>A folder of one test's own, in memory, as a worker wants it for checkpoints.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine("/dev/shm", $"ms2m-worker-{Guid.NewGuid():N}");

    public TemporaryFolder() => PrivateFiles.CreateFolder(Path);

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
