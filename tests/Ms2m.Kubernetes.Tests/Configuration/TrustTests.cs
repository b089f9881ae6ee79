using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Configuration;
using Ms2m.Kubernetes.Http;
using Ms2m.Kubernetes.Tests.Playback;

namespace Ms2m.Kubernetes.Tests.Configuration;

/// <summary>Whom we show our token, with real certificates on real connections.</summary>
public sealed class TrustTests : IDisposable
{
    private static readonly Exchange _version = Exchange.Get("/version", Answer.Json(200, """{"gitVersion":"v1.36.2"}"""));
    private static readonly TestAuthority _stranger = new("stranger");

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task a_server_of_the_given_authority_is_trusted()
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(_version);

        Assert.Equal("v1.36.2", (await VersionAsync(TestClient.Connection(server))).Value);
    }

    [Fact]
    public async Task a_server_of_another_authority_hears_nothing_and_is_not_tried_again()
    {
        await using var server = await PlaybackServer.StartAsync(_stranger.Server());

        Assert.Equal("Untrusted", (await VersionAsync(TestClient.Connection(server))).Problem?.Reason);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void a_clients_certificate_does_not_make_a_server()
    {
        var trust = ServerTrust.OfText(TestAuthority.Cluster.Pem, "here");
        using var client = TestAuthority.Cluster.Client("somebody");
        using var server = TestAuthority.Cluster.Server();

        Assert.False(trust.Accepts(client, null, default, null));
        Assert.True(trust.Accepts(server, null, default, null));
    }

    [Fact]
    public async Task a_certificate_for_another_name_is_not_enough()
    {
        await using var server = await PlaybackServer.StartAsync(TestAuthority.Cluster.Server("another"));

        Assert.Equal("Untrusted", (await VersionAsync(TestClient.Connection(server))).Problem?.Reason);
    }

    [Fact]
    public async Task the_name_in_the_certificate_may_be_given()
    {
        await using var server = await PlaybackServer.StartAsync(TestAuthority.Cluster.Server("inner"));
        server.Expect(_version);

        Assert.Null((await VersionAsync(TestClient.Connection(server, more: ", tls-server-name: inner"))).Problem);
        Assert.Equal("Untrusted", (await VersionAsync(TestClient.Connection(server, more: ", tls-server-name: other"))).Problem?.Reason);
    }

    [Fact]
    public async Task who_wants_no_check_gets_none()
    {
        await using var server = await PlaybackServer.StartAsync(_stranger.Server("another"));
        server.Expect(_version);

        Assert.Null((await VersionAsync(TestClient.Connection(server, more: ", insecure-skip-tls-verify: true"))).Problem);
    }

    [Fact]
    public void an_authority_that_is_renewed_in_its_file_counts_for_the_next_connection()
    {
        var file = _folder.Write("ca.crt", _stranger.Pem);
        var trust = ServerTrust.OfFile(file);
        using var shown = TestAuthority.Cluster.Server();
        Assert.False(trust.Accepts(shown, null, default, null));

        _folder.Write("ca.crt", TestAuthority.Cluster.Pem);

        Assert.True(trust.Accepts(shown, null, default, null));
    }

    [Fact]
    public async Task a_certificate_of_the_kubeconfig_is_shown()
    {
        using var mine = TestAuthority.Cluster.Client("anna");
        _folder.Write("anna.crt", mine.ExportCertificatePem());
        _folder.Write("anna.key", mine.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(_version);
        var user = $"{{client-certificate: {_folder.Path}/anna.crt, client-key: {_folder.Path}/anna.key}}";

        Assert.Null((await VersionAsync(TestClient.Connection(server, user))).Problem);
        Assert.Equal("CN=anna", Assert.Single(server.Requests).Certificate);
    }

    [Fact]
    public async Task a_kubelet_may_show_a_certificate_for_its_nodes_name()
    {
        await using var kubelet = await PlaybackServer.StartAsync(TestAuthority.Cluster.Server("node2"));
        kubelet.Expect(Transcript.Load("086-kubelet-checkpoint-ok").Exchange() with { Token = "secret" });

        Assert.Null((await CheckpointAsync(kubelet, "node2")).Problem);
        Assert.Equal("Untrusted", (await CheckpointAsync(kubelet, "node3")).Problem?.Reason);
    }

    [Fact]
    public async Task the_kubelets_may_have_an_authority_of_their_own_or_none()
    {
        await using var kubelet = await PlaybackServer.StartAsync(_stranger.Server("node2"));
        var (recorded, ca) = (Transcript.Load("086-kubelet-checkpoint-ok").Exchange(), _folder.Write("kubelet.crt", _stranger.Pem));
        kubelet.Expect(recorded, recorded);

        Assert.Equal("Untrusted", (await CheckpointAsync(kubelet, "node2")).Problem?.Reason);
        Assert.Null((await CheckpointAsync(kubelet, "node2", KubernetesConnection.KubeletCaVariable, ca)).Problem);
        Assert.Null((await CheckpointAsync(kubelet, "any", KubernetesConnection.KubeletInsecureVariable, "yes")).Problem);
    }

    [Fact]
    public async Task a_kubelet_that_signed_its_own_certificate_is_known_by_the_file_that_it_made()
    {
        // As kubelet.crt is made: the certificate, for the node's name alone, and behind it the authority that was made for it.
        var own = new TestAuthority("node2-ca@1");
        var certificate = own.Server("node2");
        await using var kubelet = await PlaybackServer.StartAsync(certificate);
        kubelet.Expect(Transcript.Load("086-kubelet-checkpoint-ok").Exchange());
        var file = _folder.Write("kubelet.crt", certificate.ExportCertificatePem() + "\n" + own.Pem);

        Assert.Null((await CheckpointAsync(kubelet, "node2", KubernetesConnection.KubeletCaVariable, file)).Problem);
    }

    [Fact]
    public async Task a_kubelet_that_is_not_there_is_not_waited_for_as_there_is_another_way()
    {
        var kubelet = await PlaybackServer.StartAsync();
        var time = new ImpatientTime();
        using var client = TestClient.Of(kubelet, time);
        await kubelet.DisposeAsync();

        var problem = (await client.CheckpointAsync(new CheckpointOrder("n", "tr", "p", "c", kubelet.Address), default)).Problem;

        Assert.Equal((true, "Unreachable"), (problem?.IsUnheard, problem?.Reason));
        Assert.Empty(time.Waits);
    }

    [Fact]
    public async Task a_kubelet_whose_answer_is_lost_may_have_made_a_checkpoint()
    {
        await using var kubelet = await PlaybackServer.StartAsync();
        kubelet.Expect(new Exchange(HttpMethod.Post, "/checkpoint/tr/sc-0/c")
        {
            Answer = new Answer(0, new Dictionary<string, string>(), []) { Ending = Ending.Broken },
        });

        var problem = (await CheckpointAsync(kubelet, "node2")).Problem;

        Assert.Equal((false, "Broken"), (problem?.IsUnheard, problem?.Reason));
    }

    [Fact]
    public async Task a_kubelet_without_encryption_is_not_shown_a_token()
    {
        await using var server = await PlaybackServer.StartAsync();
        using var client = TestClient.Of(server);

        var problem = (await client.CheckpointAsync(new CheckpointOrder("n", "tr", "p", "c", new Uri("http://127.0.0.1:1")), default)).Problem;

        Assert.Equal((422, true), (problem?.Code, problem?.Message.Contains("not https", StringComparison.Ordinal)));
    }

    private static async Task<ApiAnswer<string>> VersionAsync(KubernetesConnection connection)
    {
        using var client = new KubernetesClient(connection, NullLogger<KubernetesClient>.Instance, new ImpatientTime(), TestClient.Patient);
        return await client.VersionAsync(default);
    }

    private static async Task<ApiAnswer<string>> CheckpointAsync(PlaybackServer kubelet, string node, string? variable = null, string? value = null)
    {
        var connection = TestClient.Connection(kubelet).WithKubelets(name => name == variable ? value : null);
        using var client = new KubernetesClient(connection, NullLogger<KubernetesClient>.Instance, new ImpatientTime(), TestClient.Patient);
        return await client.CheckpointAsync(new CheckpointOrder(node, "tr", "sc-0", "c", kubelet.Address), default);
    }
}
