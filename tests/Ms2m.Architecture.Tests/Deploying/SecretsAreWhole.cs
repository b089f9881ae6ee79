using YamlDotNet.RepresentationModel;

namespace Ms2m.Architecture.Tests.Deploying;

/// <summary>deploy/kubernetes/secrets, run as a person does: what it makes is what the manifests ask for, and nobody else can read
/// it.</summary>
public sealed class SecretsAreWhole : IDisposable
{
    /// <summary>Made by whoever takes the component, who has a registry or an authority of his own.</summary>
    private static readonly HashSet<string> _ofComponents = ["ms2m-registry", "ms2m-admission-tls"];

    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("ms2m-secrets-").FullName, "made");

    private static string Script => Path.Combine(Repository.Root, "deploy/kubernetes/secrets");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public void every_key_of_every_secret_that_a_pod_wants_is_made()
    {
        Make("node1", "--workload", "shop/orders", "--workload", "shop/invoices");
        var made = Made().ToHashSet();
        var wanted = Wanted().ToHashSet();

        Assert.Contains("shop/orders-workload/workload.key", wanted);
        Assert.Subset(made, wanted);
    }

    [Fact]
    public void each_node_that_is_named_gets_what_its_worker_copies()
    {
        Make("node1", "node2");
        Make("node3");

        var made = Made().ToHashSet();
        Assert.All(["node1", "node2", "node3"], node => Assert.Superset(
            new HashSet<string>
            {
                $"ms2m-system/ms2m-worker-tls/{node}.crt", $"ms2m-system/ms2m-worker-tls/{node}.key", $"ms2m-system/ms2m-worker-broker/{node}.uri",
            },
            made));
        Assert.Contains("ms2m-system/ms2m-worker-tls/ca.crt", made);
    }

    [Fact]
    public void passwords_are_those_that_the_programs_compute()
    {
        Make("node1", "--workload", "shop/orders");
        var cluster = Read("keys/cluster");

        Assert.Equal(Contracts.Credentials.WorkloadKey(cluster, "orders"), Read("workloads/orders.key"));
        Assert.Contains(
            $":{Contracts.Credentials.WorkerPassword(Contracts.Credentials.NodeKey(cluster, "node1"))}@", Read("nodes/node1.uri"), StringComparison.Ordinal);
    }

    [Fact]
    public void made_again_nothing_changes_and_nothing_was_said()
    {
        var said = Make("node1", "--workload", "shop/orders");
        var before = Contents();
        said += Make("node1");

        Assert.Equal(before, Contents());
        Assert.All(["cluster", "store", "transfer", "api-token", "broker-engine"], key => Assert.DoesNotContain(Read($"keys/{key}"), said, StringComparison.Ordinal));
    }

    [Fact]
    public void addresses_that_were_said_once_are_kept()
    {
        KubernetesTools.Run("env", ["MS2M_BROKER_HOST=broker.example", "MS2M_BROKER_VHOST=moved", "MS2M_STORE_HOST=store.example", Script, _folder, "node1"]);
        var before = Contents();
        Make("node1");

        Assert.Equal(before, Contents());
        Assert.All(["engine/broker-uri", "nodes/node1.uri"], file => Assert.EndsWith("@broker.example:5672/moved", Read(file), StringComparison.Ordinal));
        Assert.EndsWith("@broker.example:15672", Read("engine/broker-management-uri"), StringComparison.Ordinal);
        Assert.StartsWith("Host=store.example;", Read("engine/store"), StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void nobody_else_can_read_them()
    {
        Make("node1");
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

        Assert.All(
            Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories).Append(_folder),
            path => Assert.True((File.GetUnixFileMode(path) & others) == 0, path));
    }

    private string Make(params string[] words)
    {
        var (code, output, error) = KubernetesTools.Run(Script, [_folder, .. words]);
        Assert.True(code == 0, error);
        return output + error;
    }

    private string Read(string file) => File.ReadAllText(Path.Combine(_folder, file)).Trim();

    private Dictionary<string, string> Contents() => Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
        .ToDictionary(file => file, File.ReadAllText);

    private IEnumerable<string> Made() =>
        from secret in Manifests.Parse(Read("kustomization.yaml"))[0].Items("secretGenerator")
        from file in secret.Items("files")
        select $"{secret.Text("namespace")}/{secret.Text("name")}/{Path.GetFileName(file.ToString().Split('=')[0])}";

    private static IEnumerable<string> Wanted() =>
        from one in Manifests.Objects()
        let pod = Manifests.PodOf(one)
        where pod is not null
        let home = one.Text("metadata", "namespace") is { Length: > 0 } named ? named : "ms2m-system"
        from key in OfVolumes(pod).Concat(OfEnvironments(pod))
        where !_ofComponents.Contains(key.Split('/')[0])
        select $"{home}/{key}";

    private static IEnumerable<string> OfVolumes(YamlNode pod) =>
        from volume in pod.Items("volumes")
        from source in volume.Items("projected", "sources").Append(volume)
        let name = source.Text("secret", "secretName") + source.Text("secret", "name")
        where name.Length > 0
        from item in source.Items("secret", "items")
        select $"{name}/{item.Text("key")}";

    private static IEnumerable<string> OfEnvironments(YamlNode pod) =>
        from container in Manifests.ContainersOf(pod)
        from variable in container.Items("env")
        let name = variable.Text("valueFrom", "secretKeyRef", "name")
        where name.Length > 0
        select $"{name}/{variable.Text("valueFrom", "secretKeyRef", "key")}";
}
