using System.Text;
using Ms2m.Kubernetes.Configuration;
using Ms2m.Kubernetes.Tests.Playback;

namespace Ms2m.Kubernetes.Tests.Configuration;

public sealed class KubeconfigTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void nothing_is_looked_for_where_nothing_is_wanted()
    {
        var found = KubernetesConnection.Find(_ => null);

        Assert.Null(found.Connection);
        Assert.Null(found.Problem);
    }

    [Fact]
    public async Task the_current_context_says_where_who_and_in_which_namespace()
    {
        var found = Find(_folder.Write("config", """
            apiVersion: v1
            kind: Config
            current-context: second
            contexts:
            - name: first
              context: {cluster: a, user: anna}
            - name: second
              context:
                cluster: b
                user: berta
                namespace: shop
            clusters:
            - {name: a, cluster: {server: "https://a:6443"}}
            - {name: b, cluster: {server: "https://b.example/clusters/7", proxy-url: "socks5://gate:1080", tls-server-name: inner}}
            users:
            - {name: anna, user: {token: of-anna}}
            - {name: berta, user: {token: of-berta}}
            """));

        Assert.Null(found.Problem);
        var connection = found.Connection!;
        // With its end, so that paths are appended to it and do not replace it.
        Assert.Equal("https://b.example/clusters/7/", connection.Server.ToString());
        Assert.Equal("shop", connection.Namespace);
        Assert.Equal("socks5://gate:1080/", connection.Proxy?.ToString());
        Assert.Equal("inner", connection.Trust.ServerName);
        Assert.Equal("of-berta", (await connection.Login.CurrentAsync(default)).Token);
    }

    [Fact]
    public async Task files_are_looked_for_beside_the_kubeconfig()
    {
        using var certificate = TestAuthority.Cluster.Client("carla");
        _folder.Write("pki/ca.crt", TestAuthority.Cluster.Pem);
        _folder.Write("pki/carla.crt", certificate.ExportCertificatePem());
        _folder.Write("pki/carla.key", System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(certificate)!.ExportPkcs8PrivateKeyPem());
        _folder.Write("pki/token", "from-a-file\n");
        var found = Find(_folder.Write("config", """
            current-context: x
            contexts: [{name: x, context: {cluster: x, user: x}}]
            clusters: [{name: x, cluster: {server: "https://x", certificate-authority: pki/ca.crt}}]
            users: [{name: x, user: {client-certificate: pki/carla.crt, client-key: pki/carla.key, tokenFile: pki/token}}]
            """));

        Assert.Null(found.Problem);
        var credential = await found.Connection!.Login.CurrentAsync(default);
        Assert.Equal("from-a-file", credential.Token);
        Assert.Equal("CN=carla", credential.Certificate?.Subject);
        Assert.Equal("default", found.Connection.Namespace);
        Assert.Single(found.Connection.Trust.Roots!());
    }

    [Fact]
    public async Task several_files_are_read_as_one_and_the_first_word_counts()
    {
        var one = _folder.Write("one/config", """
            current-context: x
            users: [{name: me, user: {tokenFile: token}}]
            """);
        _folder.Write("one/token", "first");
        var two = _folder.Write("two/config", """
            current-context: y
            contexts: [{name: x, context: {cluster: c, user: me}}]
            clusters: [{name: c, cluster: {server: "https://c"}}]
            users: [{name: me, user: {token: second}}]
            """);

        var found = Find($"{one}:{two}");

        Assert.Null(found.Problem);
        Assert.Equal("first", (await found.Connection!.Login.CurrentAsync(default)).Token);
    }

    [Theory]
    [InlineData("", "is no kubeconfig")]
    [InlineData("a: [", "is no YAML: see line")]
    [InlineData("kind: Config", "has no current-context")]
    [InlineData("current-context: gone", "has no context 'gone'")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {user: u}}]}", "The context 'x' has no cluster")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: c}}]}", "has no cluster 'c'")]
    [InlineData(Whole + "users: [{name: u, user: {username: me, password: SECRET}}]", "which current servers do not know")]
    [InlineData(Whole + "users: [{name: u, user: {auth-provider: {name: gcp}}}]", "which current servers do not know")]
    [InlineData(Whole + "users: [{name: u, user: {client-certificate-data: U0VDUkVU}}]", "without a client-key")]
    [InlineData(Whole + "users: [{name: u, user: {client-certificate-data: U0VDUkVU, client-key-data: U0VDUkVU}}]", "cannot be read")]
    [InlineData(Whole + "users: [{name: u, user: {client-certificate-data: '!SECRET'}}]", "is no Base64")]
    [InlineData(Whole + "users: [{name: u, user: {client-key: /nowhere}}]", "names /nowhere, which cannot be read")]
    [InlineData(Whole + "users: [{name: u, user: {exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}}}]", "known are")]
    [InlineData(Whole + "users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1}}}]", "has no command")]
    [InlineData(Whole + "users: [{name: u, user: {exec: {command: x, interactiveMode: Always, apiVersion: client.authentication.k8s.io/v1}}}]", "nobody is here")]
    public void what_is_wrong_with_a_kubeconfig_is_said_in_one_sentence_without_its_secrets(string text, string said)
    {
        var file = _folder.Write("config", text);

        var found = Find(file);

        Assert.Null(found.Connection);
        Assert.StartsWith($"MS2M_KUBERNETES={file}: ", found.Problem, StringComparison.Ordinal);
        Assert.Contains(said, found.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", found.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("server: nowhere", "is no address")]
    [InlineData("server: 'https://x', certificate-authority: /nowhere", "/nowhere cannot be read")]
    [InlineData("server: 'https://x', certificate-authority-data: bm90aGluZw==", "holds no certificate")]
    [InlineData("server: 'https://x', proxy-url: 'gopher://x'", "is no http, https or socks5 address")]
    public void what_is_wrong_with_its_cluster_is_said_too(string cluster, string said)
    {
        var text = $"{{current-context: x, contexts: [{{name: x, context: {{cluster: c}}}}], clusters: [{{name: c, cluster: {{{cluster}}}}}]}}";

        Assert.Contains(said, Find(_folder.Write("config", text)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void a_file_that_is_not_there_is_named() =>
        Assert.Contains("The kubeconfig /nowhere/config cannot be read", Find("/nowhere/config").Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData(KubernetesConnection.KubeletInsecureVariable, "perhaps", "it may be yes or no")]
    [InlineData(KubernetesConnection.KubeletCaVariable, "/nowhere", "/nowhere cannot be read")]
    public void what_is_wrong_with_the_kubelets_trust_is_said_at_the_start(string name, string value, string said)
    {
        var file = _folder.Write("config", Whole + "users: [{name: u, user: {token: t}}]");

        var found = KubernetesConnection.Find(one => one == KubernetesConnection.Variable ? file : one == name ? value : null);

        Assert.Contains(said, found.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task nothing_secret_is_printed_with_a_connection_or_a_credential()
    {
        var found = Find(_folder.Write("config", Whole + "users: [{name: u, user: {token: SECRET}}]"));

        var credential = await found.Connection!.Login.CurrentAsync(default);
        var printed = new StringBuilder().Append(found).Append(found.Connection).Append(credential).Append(found.Connection.Login).Append(found.Connection.Trust);

        Assert.DoesNotContain("SECRET", printed.ToString(), StringComparison.Ordinal);
    }

    private const string Whole = """
        current-context: x
        contexts: [{name: x, context: {cluster: c, user: u}}]
        clusters: [{name: c, cluster: {server: "https://c"}}]

        """;

    private static ConnectionSearch Find(string paths) =>
        KubernetesConnection.Find(name => name == KubernetesConnection.Variable ? paths : null);
}
