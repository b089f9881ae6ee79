using Ms2m.Kubernetes.Configuration;
using Ms2m.Kubernetes.Tests.Playback;

namespace Ms2m.Kubernetes.Tests.Configuration;

public sealed class ServiceAccountTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("10.96.0.1", "443", "https://10.96.0.1/")]
    [InlineData("fd00:10:96::1", "6443", "https://[fd00:10:96::1]:6443/")]
    [InlineData("kubernetes.default.svc", "443", "https://kubernetes.default.svc/")]
    public async Task a_pod_finds_its_server_its_account_and_its_namespace(string host, string port, string server)
    {
        Mount();

        var connection = ServiceAccount.Connect(Variables(host, port), _folder.Path);

        Assert.Equal(server, connection.Server.ToString());
        Assert.Equal("ms2m", connection.Namespace);
        Assert.Equal("mounted", (await connection.Login.CurrentAsync(default)).Token);
        Assert.Single(connection.Trust.Roots!());
    }

    [Theory]
    [InlineData(null, "443", "are not set")]
    [InlineData("10.96.0.1", null, "are not set")]
    [InlineData("10.96.0.1", "not a port", "are no address")]
    public void where_there_is_no_cluster_around_it_is_said(string? host, string? port, string said)
    {
        Mount();

        var problem = Assert.Throws<ConfigurationException>(() => ServiceAccount.Connect(Variables(host, port), _folder.Path));

        Assert.Contains(said, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_token_that_is_not_mounted_is_named()
    {
        var problem = Assert.Throws<ConfigurationException>(() => ServiceAccount.Connect(Variables("x", "1"), _folder.Path));

        Assert.StartsWith(Path.Combine(_folder.Path, "token"), problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void outside_of_a_cluster_the_variable_is_named()
    {
        var found = KubernetesConnection.Find(name => name == KubernetesConnection.Variable ? "in-cluster" : null);

        Assert.StartsWith("MS2M_KUBERNETES=in-cluster: KUBERNETES_SERVICE_HOST", found.Problem, StringComparison.Ordinal);
    }

    private static Func<string, string?> Variables(string? host, string? port) => name => name switch
    {
        "KUBERNETES_SERVICE_HOST" => host,
        "KUBERNETES_SERVICE_PORT" => port,
        _ => null,
    };

    private void Mount()
    {
        _folder.Write("token", "mounted");
        _folder.Write("ca.crt", TestAuthority.Cluster.Pem);
        _folder.Write("namespace", "ms2m\n");
    }
}
