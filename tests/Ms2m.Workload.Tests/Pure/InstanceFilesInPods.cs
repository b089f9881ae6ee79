using System.Text.Json;
using Ms2m.Contracts;

namespace Ms2m.Workload.Tests.Pure;

/// <summary>The instance file as a kubelet shows it: a link into a folder that is replaced as a whole.</summary>
public sealed class InstanceFilesInPods : IDisposable
{
    private const string Key = "the workload's key";

    private readonly string folder = Directory.CreateTempSubdirectory("ms2m-pod-").FullName;
    private int versions;

    private string Path => System.IO.Path.Combine(folder, "instance.json");

    [Fact]
    public void a_file_that_is_replaced_behind_its_link_is_seen_to_be_another()
    {
        Show(File(InstanceRole.Active));
        var reader = new InstanceFileReader(Path);
        var before = reader.Stamp();
        Assert.Equal(before, reader.Stamp());

        Show(File(InstanceRole.Shadow));

        Assert.NotEqual(before, reader.Stamp());
        Assert.Equal(InstanceRole.Shadow, reader.Read().File?.Role);
    }

    [Fact]
    public void an_instance_that_was_not_let_in_waits_and_says_so()
    {
        Show(null);

        var (file, why) = new InstanceFileReader(Path).Read();

        Assert.Null(file);
        Assert.Contains("not been let in", why, StringComparison.Ordinal);
    }

    [Fact]
    public void the_password_is_derived_from_the_key_beside_the_file()
    {
        Show(File(InstanceRole.Active));

        var read = new InstanceFileReader(Path).Read().File;

        Assert.Equal(
            $"amqp://instance-orders-0:{Credentials.InstancePassword(Key, "orders-0")}@broker:5672/ms2m", read?.BrokerUri);
    }

    [Fact]
    public void without_the_key_nothing_is_tried()
    {
        Show(File(InstanceRole.Active), key: null);

        var (file, why) = new InstanceFileReader(Path).Read();

        Assert.Null(file);
        Assert.Contains(InstanceFile.KeyFile, why, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static InstanceFile File(InstanceRole role) =>
        new("orders-0", "orders", role, 1, "amqp://instance-orders-0@broker:5672/ms2m", Guid.Empty);

    /// <summary>As the kubelet does: a new folder, then one link is turned.</summary>
    private void Show(InstanceFile? file, string? key = Key)
    {
        var version = Directory.CreateDirectory(System.IO.Path.Combine(folder, $"..{versions++}")).FullName;
        var text = file is null ? "" : JsonSerializer.Serialize(file, ContractJson.Options);
        // The same length and the same second: neither tells the two apart.
        System.IO.File.WriteAllText(System.IO.Path.Combine(version, "instance.json"), text);
        System.IO.File.Delete(System.IO.Path.Combine(folder, "..data"));
        Directory.CreateSymbolicLink(System.IO.Path.Combine(folder, "..data"), version);
        Link("instance.json");
        if (key is not null)
        {
            System.IO.File.WriteAllText(System.IO.Path.Combine(version, InstanceFile.KeyFile), key + "\n");
            Link(InstanceFile.KeyFile);
        }
    }

    private void Link(string name)
    {
        var link = System.IO.Path.Combine(folder, name);
        if (!System.IO.File.Exists(link) && new FileInfo(link).LinkTarget is null)
        {
            System.IO.File.CreateSymbolicLink(link, $"..data/{name}");
        }
    }
}
