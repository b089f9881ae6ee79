using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Podman;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Runtimes;

/// <summary>A program that knows nothing of us, with a client, between two nodes of the lab.</summary>
public sealed class MovedConnectionsTests : IAsyncLifetime, IDisposable
{
    private static readonly WorkloadSpec Spec =
        new("t-redis", "localhost/ms2m/redis:latest", null, new Dictionary<string, string>()) { Address = LabNode.Address(41) };

    private readonly string _root = $"/var/lib/ms2m/checkpoints/worker-test-{Guid.NewGuid():N}";
    private readonly string _source = $"t-{Guid.NewGuid():N}"[..20];
    private readonly string _copy = $"t-{Guid.NewGuid():N}"[..20];
    private readonly LabNode _a = LabNode.Get();
    private readonly LabNode _b = LabNode.Get("node-b");
    private readonly PodmanApi _podmanA;
    private readonly PodmanApi _podmanB;
    private readonly PodmanRuntime _onA;
    private readonly PodmanRuntime _onB;

    public MovedConnectionsTests()
    {
        (_podmanA, _podmanB) = (_a.Podman(), _b.Podman());
        _onA = Runtime(_a, _podmanA);
        _onB = Runtime(_b, _podmanB);
    }

    public async Task InitializeAsync()
    {
        await LabNode.LoadImageAsync("redis");
        foreach (var node in (LabNode[])[_a, _b])
        {
            PrivateFiles.CreateFolder(node.Here(_root));
            PrivateFiles.CreateFolder(node.Here(_root + "/instance"));
            PrivateFiles.CreateFolder(node.Here(_root + "/images"));
        }
        Assert.Null((await _onA.RunAsync(Request(_source), default)).Trouble);
    }

    public async Task DisposeAsync()
    {
        await _onA.RemoveAsync(_source, default);
        await _onB.RemoveAsync(_copy, default);
        Directory.Delete(_a.Here(_root), recursive: true);
        Directory.Delete(_b.Here(_root), recursive: true);
    }

    public void Dispose()
    {
        _podmanA.Dispose();
        _podmanB.Dispose();
    }

    [Fact]
    public async Task an_open_connection_goes_on_with_the_copy_and_never_hears_of_the_source_again()
    {
        using var client = await ConnectAsync();
        Assert.Equal(":1", await AskAsync(client, "INCR n"));
        Assert.Null((await _onB.PrepareAsync(Request(_copy), default)).Trouble);

        await MoveMemoryAsync();
        // Asked while nobody can answer; the kernel asks again by itself.
        var answer = AskAsync(client, "INCR n");
        Assert.Null((await _onB.RestoreAsync(Request(_copy), _root + "/images", default)).Trouble);
        Assert.True((await _onB.FindAsync(_copy, default)).Value!.IsFrozen);
        Assert.False(answer.IsCompleted);
        Assert.Null((await _onB.ThawAsync(_copy, default)).Trouble);

        Assert.Equal(":2", await answer.WithinLimitAsync("the copy's answer"));
        Assert.Null((await _onA.RemoveAsync(_source, default)).Trouble);
        Assert.Equal(":3", await AskAsync(client, "INCR n"));
        Assert.DoesNotContain(_source, _a.Networks().Instances());
    }

    [Fact]
    public async Task a_source_that_is_thawed_goes_on_over_the_same_connections_and_the_copy_leaves_without_a_word()
    {
        using var client = await ConnectAsync();
        Assert.Equal(":1", await AskAsync(client, "INCR n"));

        await MoveMemoryAsync();
        var answer = AskAsync(client, "INCR n");
        Assert.Null((await _onB.RestoreAsync(Request(_copy), _root + "/images", default)).Trouble);
        Assert.Null((await _onB.RemoveAsync(_copy, default)).Trouble);
        Assert.Null((await _onA.ThawAsync(_source, default)).Trouble);

        Assert.Equal(":2", await answer.WithinLimitAsync("the source's answer"));
        Assert.Equal(":3", await AskAsync(client, "INCR n"));
        Assert.True((await _onA.FindAsync(_source, default)).Value!.IsRunning);
    }

    [Fact]
    public async Task a_dump_that_fails_lets_the_source_answer_again()
    {
        using var client = await ConnectAsync();

        // A folder that is a file: runc fails, after the freeze.
        await File.WriteAllTextAsync(_a.Here(_root + "/file"), "");
        var dump = await _onA.CheckpointAsync(
            new(_source, _root + "/file", CheckpointWay.Images) { StaysFrozen = true, KeepsConnections = true }, default);

        Assert.True(dump.Failed);
        Assert.Equal(":1", await AskAsync(client, "INCR n"));
    }

    private static PodmanRuntime Runtime(LabNode node, PodmanApi podman) => new(
        podman, node.Places($"/var/lib/ms2m/t-{Guid.NewGuid():N}.conf"), node.Networks(), NullLogger<PodmanRuntime>.Instance);

    private ContainerRequest Request(string name) => new(name, Spec, _root + "/instance") { KeepsConnections = true };

    private async Task MoveMemoryAsync()
    {
        var dump = await _onA.CheckpointAsync(
            new(_source, _root + "/images", CheckpointWay.Images) { StaysFrozen = true, KeepsConnections = true }, default);
        Assert.Null(dump.Trouble);
        foreach (var file in Directory.GetFiles(_a.Here(_root + "/images")))
            File.Copy(file, Path.Combine(_b.Here(_root + "/images"), Path.GetFileName(file)));
    }

    private static async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient { NoDelay = true };
        await Eventually.GetAsync("Redis", async () =>
        {
            try
            {
                await client.ConnectAsync(Spec.Address!.Ip!, 6379);
                return "it listens";
            }
            catch (SocketException)
            {
                client.Dispose();
                client = new TcpClient { NoDelay = true };
                return null;
            }
        });
        return client;
    }

    private static async Task<string> AskAsync(TcpClient client, string command)
    {
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"));
        var answer = new byte[100];
        var read = await client.GetStream().ReadAsync(answer).AsTask().WithinLimitAsync($"an answer to {command}");
        return Encoding.ASCII.GetString(answer, 0, read).TrimEnd();
    }
}
