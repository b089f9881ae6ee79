using Ms2m.NodeWorker.Runtimes.Podman;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Runtimes;

public sealed class ChangedFilesTests : IDisposable
{
    private readonly TemporaryFolder _upper = new();

    public void Dispose() => _upper.Dispose();

    [Fact]
    public void what_podman_puts_there_itself_is_no_change()
    {
        Directory.CreateDirectory(_upper["etc"]);
        Directory.CreateDirectory(_upper["run"]);
        Directory.CreateDirectory(_upper["tmp/empty"]);
        foreach (var name in (string[])["etc/hosts", "etc/hostname", "etc/resolv.conf", "run/.containerenv"])
            File.WriteAllText(_upper[name], "");
        File.CreateSymbolicLink(_upper["etc/mtab"], "/proc/mounts");

        Assert.Null(ChangedFiles.FirstIn(_upper.Path));
    }

    [Fact]
    public void a_file_however_deep_is_a_change()
    {
        Directory.CreateDirectory(_upper["var/lib/app"]);
        File.WriteAllText(_upper["var/lib/app/state"], "x");

        Assert.Equal("var/lib/app/state", ChangedFiles.FirstIn(_upper.Path));
    }

    [Fact]
    public void a_link_is_a_change_and_is_not_followed()
    {
        File.CreateSymbolicLink(_upper["etc"], "/etc");

        Assert.Equal("etc", ChangedFiles.FirstIn(_upper.Path));
    }
}
