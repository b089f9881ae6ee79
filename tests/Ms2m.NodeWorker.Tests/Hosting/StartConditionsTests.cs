using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Hosting;

public sealed class StartConditionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecordedLog _log = new();

    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<string> Problems(Func<WorkerOptions, WorkerOptions> change)
    {
        var options = change(TestOptions.In(_folder.Path));
        Directory.CreateDirectory(options.Checkpoints);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(_log));
        services.AddWorker(options);
        using var provider = services.BuildServiceProvider();
        return StartConditions.Problems(provider);
    }

    [Fact]
    public void a_worker_in_order_has_none()
    {
        Assert.Empty(Problems(o => o));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void another_nodes_certificate_is_one() =>
        Assert.StartsWith("MS2M_TLS: ", Assert.Single(
            Problems(o => o with { Tls = TestAuthority.Ours.Folder("another") })), StringComparison.Ordinal);

    [Fact]
    public void checkpoints_on_a_disk_are_one_with_a_code_and_the_cure()
    {
        using var disk = new DiskFolder();

        var problem = Assert.Single(Problems(o => o with { Checkpoints = disk.Path }));

        Assert.StartsWith("MS2M_CHECKPOINTS: MS2M-2503", problem, StringComparison.Ordinal);
        Assert.Contains($"mount -t tmpfs -o mode=700,nosuid,nodev,noswap,size=2g tmpfs {disk.Path}", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void to_do_without_encryption_is_said_loudly()
    {
        Assert.Empty(Problems(o => o with { Tls = null, Listen = new Uri("http://127.0.0.1:0") }));

        Assert.Contains("INSECURE", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }
}
