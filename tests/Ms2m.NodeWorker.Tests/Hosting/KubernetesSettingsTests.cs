using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Hosting;

public sealed class KubernetesSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string?> _environment;

    public KubernetesSettingsTests()
    {
        var kubeconfig = Path.Combine(_folder.Path, "config");
        File.WriteAllText(kubeconfig, """
            apiVersion: v1
            kind: Config
            current-context: c
            contexts: [{ name: c, context: { cluster: c, user: u } }]
            clusters: [{ name: c, cluster: { server: "https://10.0.0.1:6443" } }]
            users: [{ name: u, user: { token: hidden } }]
            """);
        _environment = new()
        {
            ["MS2M_NODE"] = "node-a",
            ["MS2M_BROKER_URI"] = "amqp://user:hidden@10.0.0.1:5672/ms2m",
            ["MS2M_WORKER_LISTEN"] = "https://10.0.0.5:8490",
            ["MS2M_TLS"] = "/etc/ms2m/tls",
            ["MS2M_RUNTIME"] = "kubernetes",
            ["MS2M_KUBERNETES"] = kubeconfig,
        };
    }

    public void Dispose() => _folder.Dispose();

    private (WorkerOptions? Options, IReadOnlyList<string> Problems) Read() =>
        WorkerOptionsReader.Read(key => _environment.GetValueOrDefault(key));

    [Fact]
    public void containers_are_podmans_unless_it_is_said()
    {
        _environment["MS2M_RUNTIME"] = null;
        _environment["MS2M_NODE_KEY"] = new string('k', 32);

        Assert.Null(Read().Options!.Kubernetes);
    }

    [Fact]
    public void a_worker_of_pods_needs_no_key_of_its_node_and_tells_no_password()
    {
        var options = Read().Options!;

        Assert.Equal("https://10.0.0.1:6443/", options.Kubernetes!.Connection!.Server.ToString());
        Assert.Equal(Names.InstanceUser("orders-1"), new Uri(options.BrokerUriOf("orders-1")).UserInfo);
    }

    [Fact]
    public void all_of_it_has_a_default()
    {
        var settings = Read().Options!.Kubernetes!;

        Assert.Equal(new KubernetesSettings { Connection = settings.Connection }, settings);
    }

    [Fact]
    public void each_can_be_set()
    {
        _environment["MS2M_KUBELET"] = "proxy";
        _environment["MS2M_IMAGES"] = "registry";
        _environment["MS2M_KUBELET_CHECKPOINTS"] = "/kubelet/";

        var settings = Read().Options!.Kubernetes!;

        Assert.Equal((KubeletWay.Proxy, ImageWay.Registry, "/kubelet"), (settings.Kubelet, settings.Images, settings.KubeletCheckpoints));
    }

    [Theory]
    [InlineData("MS2M_RUNTIME", "docker")]
    [InlineData("MS2M_KUBELET", "sideways")]
    [InlineData("MS2M_KUBELET", "1")]
    [InlineData("MS2M_IMAGES", "copy")]
    [InlineData("MS2M_CONTAINERD_SOCKET", "containerd.sock")]
    [InlineData("MS2M_CONTAINERD_SNAPSHOTTER", "--no-unpack")]
    [InlineData("MS2M_CRIO_DRIVER", "overlay@/etc")]
    [InlineData("MS2M_KUBERNETES", "/nowhere/config")]
    public void what_makes_no_sense_is_named(string key, string value)
    {
        _environment[key] = value;

        Assert.Contains(Read().Problems, problem => problem.Contains(key, StringComparison.Ordinal));
    }
}
