using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.NodeWorker.Networks;
using Ms2m.NodeWorker.Runtimes.Podman;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Runtimes;

/// <summary>Nobody is left standing still because a network made trouble. The control group is a file here.</summary>
public sealed class FrozenProcessesTests : IAsyncLifetime, IDisposable
{
    private const string Described =
        """{"Id":"1","Name":"orders","State":{"Status":"running","Pid":1,"CgroupPath":"/orders","ExitCode":0}}""";

    private readonly TemporaryFolder _root = new();
    private readonly FakeNetworks _networks = new();
    private WebApplication _podman = null!;
    private PodmanApi _api = null!;
    private PodmanRuntime _runtime = null!;

    private string Freezer => _root.Path + "/sys/fs/cgroup/orders/cgroup.freeze";

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(_root["podman.sock"]));
        _podman = builder.Build();
        _podman.Run(http => http.Response.WriteAsync(Described));
        await _podman.StartAsync();
        _api = new PodmanApi(_root["podman.sock"]);
        foreach (var file in (string[])[Freezer, _root.Path + NetworkNames.Path("orders")])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, "0");
        }
        _runtime = new PodmanRuntime(
            _api, new PodmanPlaces("/criu.conf", Root: _root.Path), _networks, NullLogger<PodmanRuntime>.Instance);
    }

    public async Task DisposeAsync() => await _podman.DisposeAsync();

    public void Dispose()
    {
        _api.Dispose();
        _root.Dispose();
    }

    [Fact]
    public async Task processes_whose_network_cannot_be_taken_run_on()
    {
        _networks.Trouble = NodeFailures.NotReserved();

        var freezing = await _runtime.FreezeAsync("orders", default);

        Assert.Equal(_networks.Trouble, freezing.Trouble);
        Assert.Equal("0", await File.ReadAllTextAsync(Freezer));
    }

    [Fact]
    public async Task those_that_stood_still_already_go_on_to()
    {
        Assert.False((await _runtime.FreezeAsync("orders", default)).Failed);
        _networks.Trouble = NodeFailures.NotReserved();

        Assert.True((await _runtime.FreezeAsync("orders", default)).Failed);

        Assert.Equal("1", await File.ReadAllTextAsync(Freezer));
    }

    [Fact]
    public async Task processes_whose_network_cannot_be_given_back_run_on_and_it_is_told()
    {
        Assert.False((await _runtime.FreezeAsync("orders", default)).Failed);
        _networks.Trouble = NodeFailures.NotReserved();

        var thawing = await _runtime.ThawAsync("orders", default);

        Assert.Equal(_networks.Trouble, thawing.Trouble);
        Assert.Equal("0", await File.ReadAllTextAsync(Freezer));
    }
}
