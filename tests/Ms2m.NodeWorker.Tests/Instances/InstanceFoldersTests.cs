using Ms2m.Contracts;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Instances;

public sealed class InstanceFoldersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly InstanceFolders _instances;

    public InstanceFoldersTests() => _instances = new InstanceFolders(TestOptions.In(_folder.Path));

    public void Dispose() => _folder.Dispose();

    private static InstanceFile File(string instance, string workload = "orders") =>
        new(instance, workload, InstanceRole.Active, 1, "amqp://u:p@h/v");

    [Fact]
    public void only_the_worker_can_read_it()
    {
        _instances.Write(File("orders-1"));

        var folder = _instances.PathOf("orders");
        Assert.Equal(PrivateFiles.Folder, System.IO.File.GetUnixFileMode(folder));
        Assert.Equal(PrivateFiles.File, System.IO.File.GetUnixFileMode(Path.Combine(folder, "instance.json")));
    }

    [Fact]
    public async Task a_reader_never_sees_a_part_of_it()
    {
        _instances.Write(File("orders-1"));
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            for (var epoch = 2L; !stop.IsCancellationRequested; epoch++)
                _instances.Write(File("orders-1") with { Epoch = epoch });
        });

        for (var i = 0; i < 2000; i++)
            Assert.NotNull(_instances.Read("orders"));

        await stop.CancelAsync();
        await writing;
        Assert.Equal(["instance.json"], Directory.GetFiles(_instances.PathOf("orders")).Select(Path.GetFileName));
    }

    [Fact]
    public void a_folder_that_is_another_instances_by_now_stays()
    {
        _instances.Write(File("orders-2"));

        _instances.Remove("orders-1", "orders");
        _instances.Remove("orders-1");

        Assert.Equal("orders-2", _instances.Read("orders")?.InstanceId);
    }

    [Fact]
    public void removal_finds_the_folder_by_the_instance_and_may_come_twice()
    {
        _instances.Write(File("orders-1"));
        _instances.Write(File("stock-1", "stock"));

        _instances.Remove("stock-1");
        _instances.Remove("stock-1");

        Assert.Null(_instances.Read("stock"));
        Assert.False(Directory.Exists(_instances.PathOf("stock")));
        Assert.NotNull(_instances.Read("orders"));
    }

    [Fact]
    public void it_is_written_as_the_contract_says()
    {
        _instances.Write(File("orders-1") with { Role = InstanceRole.Shadow, MigrationId = Guid.Empty });

        var text = System.IO.File.ReadAllText(Path.Combine(_instances.PathOf("orders"), "instance.json"));
        Assert.Contains("\"role\":\"Shadow\"", text, StringComparison.Ordinal);
        Assert.Contains("\"instanceId\":\"orders-1\"", text, StringComparison.Ordinal);
    }
}
