using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Runtimes;

public sealed class FakeRuntimeTests : ContainerRuntimeContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override string Image => "localhost/ms2m/test:latest";

    public override Task InitializeAsync()
    {
        Runtime = new FakeRuntime();
        return Task.CompletedTask;
    }

    public void Dispose() => _folder.Dispose();

    protected override Task KillAsync(Container container)
    {
        ((FakeRuntime)Runtime).Kill(container.Name);
        return Task.CompletedTask;
    }

    protected override string NewFolder() => Directory.CreateDirectory(_folder[Guid.NewGuid().ToString("N")]).FullName;

    protected override string Here(string folder) => folder;
}
