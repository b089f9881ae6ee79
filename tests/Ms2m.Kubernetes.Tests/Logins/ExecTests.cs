using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Logins;
using Ms2m.Kubernetes.Tests.Configuration;
using Ms2m.Kubernetes.Tests.Playback;

namespace Ms2m.Kubernetes.Tests.Logins;

/// <summary>Credentials that a program of the user's cloud issues.</summary>
public sealed class ExecTests : IDisposable
{
    private const string V1 = "client.authentication.k8s.io/v1";

    private readonly TestFolder _folder = new();
    private readonly ImpatientTime _time = new(mostWaits: 0);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(V1)]
    [InlineData("client.authentication.k8s.io/v1beta1")]
    public async Task a_token_is_issued_once_and_kept_until_it_expires(string version)
    {
        var until = _time.GetUtcNow().AddMinutes(10);
        var login = Login(
            $$$"""
            echo x >> "$0.runs"
            echo '{"kind":"ExecCredential","apiVersion":"{{{version}}}","status":{"token":"t'$(wc -l < "$0.runs")'","expirationTimestamp":"{{{until:yyyy-MM-ddTHH:mm:ssZ}}}"}}'
            """, version);

        var together = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => login.CurrentAsync(default).AsTask()));
        Assert.All(together, one => Assert.Equal("t1", one.Token));
        _time.Pass(TimeSpan.FromMinutes(9));
        Assert.Equal("t1", (await login.CurrentAsync(default)).Token);
        _time.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal("t2", (await login.CurrentAsync(default)).Token);
    }

    [Fact]
    public async Task a_refused_token_is_issued_anew()
    {
        var login = Login(
            """
            echo x >> "$0.runs"
            echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t'$(wc -l < "$0.runs")'"}}'
            """);
        var first = await login.CurrentAsync(default);

        login.Refused(first);
        var second = await login.CurrentAsync(default);
        // An answer to an old one comes late.
        login.Refused(first);

        Assert.Equal("t2", second.Token);
        Assert.Same(second, await login.CurrentAsync(default));
    }

    [Fact]
    public async Task the_program_gets_its_arguments_its_variables_and_what_is_known_of_the_cluster()
    {
        var script = _folder.WriteProgram("tools/plugin",
            """
            printf '%s|%s|%s' "$1" "$2" "$REGION" > "$0.heard"
            printf '%s' "$KUBERNETES_EXEC_INFO" > "$0.info"
            echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t"}}'
            """);
        var found = Kubernetes.Configuration.KubernetesConnection.Of("""
            current-context: x
            contexts: [{name: x, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "https://c:6443", tls-server-name: inner}}]
            users:
            - name: u
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: tools/plugin
                  args: [get-token, "two words"]
                  env: [{name: REGION, value: north}]
                  provideClusterInfo: true
            """, _folder.Path);

        Assert.Equal("t", (await found.Connection!.Login.CurrentAsync(default)).Token);
        Assert.Equal("get-token|two words|north", await File.ReadAllTextAsync(script + ".heard"));
        SameJson.Assert(
            JsonNode.Parse("""
                {"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",
                 "spec":{"interactive":false,"cluster":{"server":"https://c:6443","tls-server-name":"inner"}}}
                """),
            JsonNode.Parse(await File.ReadAllTextAsync(script + ".info")));
    }

    [Fact]
    public async Task a_certificate_may_be_issued_instead_of_a_token()
    {
        using var issued = TestAuthority.Cluster.Client("dora");
        var status = new JsonObject
        {
            ["kind"] = "ExecCredential",
            ["apiVersion"] = V1,
            ["status"] = new JsonObject
            {
                ["clientCertificateData"] = issued.ExportCertificatePem(),
                ["clientKeyData"] = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions
                    .GetECDsaPrivateKey(issued)!.ExportPkcs8PrivateKeyPem(),
            },
        };
        var file = _folder.Write("issued.json", status.ToJsonString());

        Assert.Equal("CN=dora", (await Login($"cat {file}").CurrentAsync(default)).Certificate?.Subject);
    }

    [Theory]
    [InlineData("echo 'log in first' >&2; exit 3", "exited with 3: log in first")]
    [InlineData("exit 1", "exited with 1: it did not say why.")]
    [InlineData("echo 'bad token: SECRET' >&2; exit 1", "exited with 1: bad token: …")]
    [InlineData("echo eyJhbGciOiJSUzI1NiIsImtpZCI6IlYz.SECRETSECRET >&2; exit 1", "exited with 1: …")]
    [InlineData("echo SECRET", "wrote 7 bytes that are no ExecCredential")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{\"token\":\"SECRET\"}}'", "the kubeconfig expects")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{}}'", "gave neither a token nor a certificate")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"clientCertificateData\":\"SECRET\",\"clientKeyData\":\"SECRET\"}}'", "cannot be read")]
    public async Task a_program_that_fails_is_quoted_without_what_may_be_secret(string script, string said)
    {
        var problem = await Assert.ThrowsAsync<LoginFailedException>(() => Login(script).CurrentAsync(default).AsTask());

        Assert.Contains(said, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_program_that_failed_is_run_again_for_the_next_call()
    {
        var login = Login(
            """
            [ -e "$0.runs" ] || { touch "$0.runs"; exit 1; }
            echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t"}}'
            """);
        await Assert.ThrowsAsync<LoginFailedException>(() => login.CurrentAsync(default).AsTask());

        Assert.Equal("t", (await login.CurrentAsync(default)).Token);
    }

    [Fact]
    public async Task a_program_that_hangs_is_killed()
    {
        // Here, every limit is over at once.
        var login = Login("exec sleep 1000", time: new ImpatientTime());

        var problem = await Assert.ThrowsAsync<LoginFailedException>(() => login.CurrentAsync(default).AsTask());

        Assert.Contains("was killed", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_program_that_is_not_there_is_named_with_how_to_get_it()
    {
        var login = new ExecLogin(new ExecPlugin("/nowhere/plugin", [], new Dictionary<string, string>(), V1, null, "Install it from X."), _time);

        var problem = await Assert.ThrowsAsync<LoginFailedException>(() => login.CurrentAsync(default).AsTask());

        Assert.StartsWith("/nowhere/plugin cannot be run", problem.Message, StringComparison.Ordinal);
        Assert.EndsWith("Install it from X.", problem.Message, StringComparison.Ordinal);
    }

    private ExecLogin Login(string script, string version = V1, TimeProvider? time = null) => new(
        new ExecPlugin(_folder.WriteProgram("plugin", script), [], new Dictionary<string, string>(), version, null, null), time ?? _time);
}
