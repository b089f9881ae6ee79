using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Hosting;

public sealed class WorkerOptionsTests
{
    private readonly Dictionary<string, string?> _environment = new()
    {
        ["MS2M_NODE"] = "node-a",
        ["MS2M_BROKER_URI"] = "amqp://user:hidden@10.0.0.1:5672/ms2m",
        ["MS2M_WORKER_LISTEN"] = "https://10.0.0.5:8490",
        ["MS2M_TLS"] = "/etc/ms2m/tls",
        ["MS2M_NODE_KEY"] = "hidden-hidden-hidden-hidden-hidden",
    };

    private (WorkerOptions? Options, IReadOnlyList<string> Problems) Read() =>
        WorkerOptionsReader.Read(key => _environment.GetValueOrDefault(key));

    [Fact]
    public void five_settings_are_enough()
    {
        var options = Read().Options!;

        Assert.Equal("/var/lib/ms2m/checkpoints", options.Checkpoints);
        Assert.Equal("https://10.0.0.5:8490/", options.Advertise.ToString());
        Assert.Equal("10.0.0.1", options.WorkloadBrokerUri.Host);
    }

    [Fact]
    public void a_node_has_no_bridge_for_workloads_unless_it_is_named()
    {
        Assert.Null(Read().Options!.WorkloadBridge);
        _environment["MS2M_WORKLOAD_BRIDGE"] = "br0";
        Assert.Equal("br0", Read().Options!.WorkloadBridge);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("no", false)]
    [InlineData("yes", true)]
    public void pre_dumps_are_made_where_that_is_asked_for(string? said, bool made)
    {
        _environment["MS2M_PRE_DUMP"] = said;

        Assert.Equal(made, Read().Options!.PreDump);
    }

    [Theory]
    [InlineData("../br0")]
    [InlineData("br 0")]
    [InlineData("a-name-that-is-too-long")]
    public void what_is_no_interface_is_no_bridge(string name)
    {
        _environment["MS2M_WORKLOAD_BRIDGE"] = name;

        Assert.Contains("MS2M_WORKLOAD_BRIDGE", Assert.Single(Read().Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void instances_may_be_told_of_another_broker_address()
    {
        _environment["MS2M_WORKLOAD_BROKER_URI"] = "amqp://broker/ms2m";

        Assert.Equal("broker", Read().Options!.WorkloadBrokerUri.Host);
    }

    [Fact]
    public void every_instance_is_told_to_connect_as_itself()
    {
        var one = new Uri(Read().Options!.BrokerUriOf("orders-1"));
        var other = new Uri(Read().Options!.BrokerUriOf("orders-2"));

        Assert.StartsWith("instance-orders-1:", one.UserInfo, StringComparison.Ordinal);
        Assert.NotEqual(one.UserInfo.Split(':')[1], other.UserInfo.Split(':')[1]);
        Assert.Equal(("10.0.0.1", "/ms2m"), (one.Host, one.AbsolutePath));
    }

    [Fact]
    public void a_secret_may_be_in_a_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["key"], new string('f', 40) + "\n");
        _environment.Remove("MS2M_NODE_KEY");
        _environment["MS2M_NODE_KEY_FILE"] = folder["key"];

        Assert.Equal(new string('f', 40), Read().Options!.NodeKey);
    }

    [Theory]
    [InlineData("MS2M_NODE", "Node A")]
    [InlineData("MS2M_NODE", null)]
    [InlineData("MS2M_BROKER_URI", null)]
    [InlineData("MS2M_BROKER_URI", "http://user:hidden@10.0.0.1")]
    [InlineData("MS2M_WORKLOAD_BROKER_URI", "hidden")]
    [InlineData("MS2M_NODE_KEY", null)]
    [InlineData("MS2M_NODE_KEY", "hidden")]
    [InlineData("MS2M_WORKER_LISTEN", "10.0.0.5:8490")]
    [InlineData("MS2M_WORKER_LISTEN", "http://10.0.0.5:8490")]
    [InlineData("MS2M_WORKER_ADVERTISE", "http://10.0.0.5:8490")]
    [InlineData("MS2M_WORKER_HEALTH", "8491")]
    [InlineData("MS2M_TLS", null)]
    [InlineData("MS2M_TLS", "relative")]
    [InlineData("MS2M_INSECURE_TRANSFER", "yes")]
    [InlineData("MS2M_INSECURE_TRANSFER", "true")]
    [InlineData("MS2M_DATA", "relative")]
    [InlineData("MS2M_CHECKPOINT_WAY", "fast")]
    [InlineData("MS2M_RESERVE_BYTES", "64MB")]
    [InlineData("MS2M_BASE_SECONDS", "an hour")]
    [InlineData("MS2M_BASE_SHARE", "91")]
    [InlineData("MS2M_PRE_DUMP", "true")]
    [InlineData("MS2M_REGISTRY", "10.0.0.1:5000")]
    [InlineData("MS2M_REGISTRY", "http://10.0.0.1:5000/hidden")]
    public void a_wrong_setting_is_named_and_no_secret_with_it(string key, string? value)
    {
        _environment[key] = value;

        var (options, problems) = Read();

        Assert.Null(options);
        Assert.Contains(problems, p => p.StartsWith(key, StringComparison.Ordinal));
        Assert.All(problems, p => Assert.DoesNotContain("hidden", p, StringComparison.Ordinal));
    }

    [Fact]
    public void a_registry_needs_a_password_and_trusts_the_nodes_own_authority()
    {
        _environment["MS2M_REGISTRY"] = "https://10.0.0.1:5000/lab";
        _environment["MS2M_REGISTRY_USER"] = "ms2m";
        _environment["MS2M_REGISTRY_CA"] = "/nowhere/ca.crt";
        Assert.Contains(Read().Problems, p => p.StartsWith("MS2M_REGISTRY_PASSWORD", StringComparison.Ordinal));
        Assert.Contains(Read().Problems, p => p.StartsWith("MS2M_REGISTRY_CA", StringComparison.Ordinal));
        _environment["MS2M_REGISTRY_CA"] = null;
        _environment["MS2M_REGISTRY_PASSWORD"] = "hidden";

        var registry = Read().Options!.Registry!;

        Assert.Equal("lab/checkpoints", registry.Repository);
        Assert.EndsWith("/ca.crt", registry.Authorities, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", registry.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void without_encryption_only_when_it_is_asked_for_in_so_many_words()
    {
        _environment["MS2M_TLS"] = null;
        _environment["MS2M_WORKER_LISTEN"] = "http://10.0.0.5:8490";
        Assert.Contains("MS2M_INSECURE_TRANSFER=yes", string.Join(' ', Read().Problems), StringComparison.Ordinal);

        _environment["MS2M_INSECURE_TRANSFER"] = "yes";

        Assert.Null(Read().Options!.Tls);
    }
}
