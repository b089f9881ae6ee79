using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Podman;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer.Registry;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Tests.Runtimes;

/// <summary>The lab's registry, real podman on two nodes: the image of a checkpoint is one that podman itself restores, with
/// nothing of ours in between.</summary>
public sealed class ExportedImageTests : IAsyncLifetime, IDisposable
{
    private readonly LabNode _here = LabNode.Get();
    private readonly LabNode _there = LabNode.Get("node-b");
    private readonly string _root = $"/var/lib/ms2m/checkpoints/worker-test-{Guid.NewGuid():N}";
    private readonly string _name = $"t-{Guid.NewGuid():N}"[..20];
    private readonly PodmanApi _podman;
    private readonly RegistryPlace _place = new(
        LabSettings.Uri("MS2M_REGISTRY"), LabSettings.Value("MS2M_REGISTRY_USER"),
        LabSettings.Value("MS2M_REGISTRY_PASSWORD"), LabSettings.Value("MS2M_REGISTRY_CA"));

    public ExportedImageTests() => _podman = _here.Podman();

    private string Authority => $"/etc/containers/certs.d/{_place.Address.Authority}/ca.crt";

    private string Login => $"{_root}/login.json";

    public async Task InitializeAsync()
    {
        foreach (var node in (LabNode[])[_here, _there])
        {
            // The container remembers both places, and must find them again.
            PrivateFiles.CreateFolder(node.Here(_root));
            PrivateFiles.CreateFolder(node.Here($"{_root}/instance"));
            await File.WriteAllTextAsync(node.Here($"{_root}/criu.conf"), "tcp-close\nfile-locks\n");
        }
        await TestImage.LoadAsync(_here);
        // The same image, not one of the same name: podman restores on top of the one that the checkpoint names by its id.
        await _here.SayAsync("podman", "save", "--quiet", "--output", $"{_root}/image.tar", TestImage.Name);
        File.Move(_here.Here($"{_root}/image.tar"), _there.Here($"{_root}/image.tar"));
        await _there.SayAsync("podman", "load", "--quiet", "--input", $"{_root}/image.tar");
        Directory.CreateDirectory(Path.GetDirectoryName(_there.Here(Authority))!);
        File.Copy(_place.Authorities!, _there.Here(Authority), overwrite: true);
        var login = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{_place.User}:{_place.Password}"));
        PrivateFiles.ReplaceJson(_there.Here(Login), new Dictionary<string, object>
        {
            ["auths"] = new Dictionary<string, object> { [_place.Address.Authority] = new { auth = login } },
        });
    }

    public async Task DisposeAsync()
    {
        foreach (var node in (LabNode[])[_here, _there])
        {
            await node.SayAsync("podman", "rm", "--force", "--ignore", "--time", "0", _name);
            Directory.Delete(node.Here(_root), recursive: true);
        }
        File.Delete(_there.Here(Authority));
    }

    public void Dispose() => _podman.Dispose();

    private int Count()
    {
        var file = _there.Here($"{_root}/instance/count");
        return File.Exists(file) ? int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : 0;
    }

    [Fact]
    public async Task another_nodes_podman_restores_it_by_itself()
    {
        var runtime = new PodmanRuntime(_podman, _here.Places($"{_root}/criu.conf"), _here.Networks(), NullLogger<PodmanRuntime>.Instance);
        var request = new ContainerRequest(
            _name, new WorkloadSpec("t", TestImage.Name, "q", new Dictionary<string, string>()), $"{_root}/instance");
        Assert.False((await runtime.RunAsync(request, default)).Failed);
        await Eventually.HoldsAsync("the source to count", () => File.Exists(_here.Here($"{_root}/instance/count"))
            && File.ReadAllText(_here.Here($"{_root}/instance/count")).Length > 2);

        var folder = $"{_root}/out";
        PrivateFiles.CreateFolder(_here.Here(folder));
        var dump = await runtime.CheckpointAsync(
            new DumpRequest(_name, folder, CheckpointWay.Images) { OneFile = "export.tar" }, default);
        Assert.False(dump.Failed, dump.Trouble?.ToString());
        Assert.Equal(["export.tar"], Directory.GetFiles(_here.Here(folder)).Select(Path.GetFileName));
        var layer = _here.Here($"{folder}/export.tar");
        Assert.Equal(PrivateFiles.File, File.GetUnixFileMode(layer));
        var described = await CheckpointLayer.DescribeAsync(layer, dump.Value.Export!.Volumes, default);
        var image = CheckpointImage.Of(described.Value.Layer, dump.Value.Export, DateTimeOffset.UtcNow);
        using var registry = new RegistryClient(_place);
        var wire = new PacedWire(null, TimeProvider.System);
        Assert.Null(await RegistryTransfer.PushAsync(registry, image, layer, wire, default));

        var name = $"{_place.Address.Authority}/{_place.Repository}@{image.Manifest.Digest}";
        await _there.SayAsync("podman", "pull", "--quiet", "--authfile", Login, name);
        // conmon wants to know where it is, in the node.
        await _there.SayAsync("env", "--chdir=/", "podman", "container", "restore", name);

        await Eventually.HoldsAsync("the copy to count on", () => Count() > 10);
        await _there.SayAsync("podman", "rm", "--force", "--time", "0", _name);
        await _there.SayAsync("podman", "rmi", name);
        string[] pushed = [$"manifests/{image.Manifest.Digest}", $"blobs/{image.Layer.Digest}", $"blobs/{image.Config.Digest}"];
        foreach (var what in pushed)
            Assert.Null(await registry.DeleteAsync(what, default));
        Assert.True((await registry.PullManifestAsync(image.Manifest.Digest, default)).Failed);
    }
}
