using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Ms2m.Engine.Hosting;
using Ms2m.Engine.Kubernetes;
using Ms2m.Engine.Kubernetes.Leading;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Http;
using Ms2m.Kubernetes.Ownership;

namespace Ms2m.Engine.Tests.Kubernetes;

/// <summary>The variables of the Kubernetes parts.</summary>
public sealed class SettingItUp : IDisposable
{
    private readonly string _kubeconfig = Path.GetTempFileName();

    public SettingItUp() => File.WriteAllText(_kubeconfig, """
        apiVersion: v1
        kind: Config
        current-context: here
        contexts: [{name: here, context: {cluster: c, user: u, namespace: mine}}]
        clusters: [{name: c, cluster: {server: "https://10.0.0.1:6443", insecure-skip-tls-verify: true}}]
        users: [{name: u, user: {token: t}}]
        """);

    [Fact]
    public void an_engine_without_the_variable_has_no_kubernetes() => Assert.Null(KubernetesOptions.FromEnvironment(_ => null));

    [Theory]
    [InlineData(null, null, "mine")]
    [InlineData(null, "pods", "pods")]
    [InlineData("given", "pods", "given")]
    public void the_lease_is_in_the_namespace_that_is_named_nearest(string? given, string? ofPod, string expected)
    {
        var options = KubernetesOptions.FromEnvironment(name => name switch
        {
            "MS2M_KUBERNETES" => _kubeconfig,
            "MS2M_NAMESPACE" => given,
            "POD_NAMESPACE" => ofPod,
            "POD_NAME" => "engine-0",
            _ => null,
        })!;

        Assert.Equal(expected, options.Namespace);
        Assert.StartsWith("engine-0_", options.Identity, StringComparison.Ordinal);
        Assert.Null(options.Admission);
    }

    [Fact]
    public void two_processes_in_one_pod_are_two() => Assert.NotEqual(Read().Identity, Read().Identity);

    [Fact]
    public void a_cluster_that_cannot_be_found_is_one_sentence()
    {
        var wrong = Assert.Throws<EngineOptionsException>(() => KubernetesOptions.FromEnvironment(
            name => name == "MS2M_KUBERNETES" ? "/nowhere/kubeconfig" : null));

        Assert.Contains("/nowhere/kubeconfig", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wrong.Message);
    }

    [Fact]
    public async Task an_engine_with_a_cluster_has_all_that_its_pods_need()
    {
        await using var engine = EngineHost.Build(
            new EngineOptions
            {
                Broker = new Uri("amqp://x:y@127.0.0.1:1/"),
                Management = new Uri("http://x:y@127.0.0.1:1/"),
                Store = "Host=127.0.0.1;Port=1",
                Listen = "http://127.0.0.1:0",
                TransferSecret = new string('s', 32),
                ClusterKey = new string('k', 32),
                Kubernetes = Read(),
            },
            logging => logging.ClearProviders());

        Assert.IsType<KubernetesClient>(engine.Services.GetRequiredService<IKubernetesApi>());
        Assert.NotNull(engine.Services.GetRequiredService<IPodOwnership>());
        Assert.Equal(2, engine.Services.GetServices<ILeaderDuty>().Count());
        Assert.NotNull(engine.Services.GetRequiredService<LeaderElection>());
        Assert.NotNull(engine.Services.GetRequiredService<Engine.Kubernetes.Evicting.AdmissionServer>());
    }

    public void Dispose() => File.Delete(_kubeconfig);

    private KubernetesOptions Read() => KubernetesOptions.FromEnvironment(name => name switch
    {
        "MS2M_KUBERNETES" => _kubeconfig,
        "POD_NAME" => "engine-0",
        _ => null,
    })!;
}
