using System.Net;
using System.Net.Sockets;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Preflight;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Tests.Transfer.Registry;
using Ms2m.NodeWorker.Transfer.Registry;

namespace Ms2m.NodeWorker.Tests.Preflight;

public sealed class RegistryCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Task<NodeFeature> LookAsync(RegistryPlace? place) =>
        new RegistryCheck(TestOptions.In(_folder.Path) with { Registry = place }).LookAsync(default)
            .WithinLimitAsync("the check's end");

    [Fact]
    public async Task a_registry_that_lets_the_worker_in_is_there()
    {
        await using var registry = await FakeRegistry.OpenAsync();

        Assert.True((await LookAsync(registry.Place)).Available);
        Assert.Contains("401", (await LookAsync(registry.Place with { Password = "other" })).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task without_one_the_node_says_which_setting_is_missing() =>
        Assert.Contains("MS2M_REGISTRY", (await LookAsync(null)).Detail, StringComparison.Ordinal);

    [Fact]
    public async Task one_that_never_answers_does_not_hold_up_the_nodes_report()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        var found = await LookAsync(new RegistryPlace(
            new Uri($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/x"), "u", "p", null));

        Assert.False(found.Available);
        Assert.Contains("in time", found.Detail, StringComparison.Ordinal);
    }
}
