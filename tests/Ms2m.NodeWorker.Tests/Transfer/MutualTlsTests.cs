using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer.Security;

namespace Ms2m.NodeWorker.Tests.Transfer;

/// <summary>Only the source that the reservation names gets in, and only the target that the engine named gets anything:
/// neither the token nor a certificate is enough alone.</summary>
public sealed class MutualTlsTests : IDisposable
{
    private readonly TestAuthority _others = new();

    public void Dispose() => _others.Dispose();

    private static MutualTls Node(string folder, string name) => new(folder, name, NullLogger<MutualTls>.Instance);

    private static bool AnyServer(object stream, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors) =>
        shown is not null;

    private static async Task<string> CodeOfAsync(TransferStage stage)
    {
        stage.Write("pages-1.img", new byte[5000]);
        var outcome = await stage.SendAsync();
        Assert.True(outcome.Failed);
        Assert.False(Directory.Exists(stage.IncomingFolder));
        return outcome.Trouble.Reason.Code;
    }

    [Fact]
    public async Task another_node_of_ours_is_refused_even_with_the_token()
    {
        await using var stage = await TransferStage.OpenAsync(source: Node(TestAuthority.Ours.Folder("node-x"), "node-x"));

        Assert.Equal("MS2M-2306", await CodeOfAsync(stage));
    }

    [Fact]
    public async Task another_node_of_ours_learns_nothing_of_what_has_arrived()
    {
        await using var stage = await TransferStage.OpenAsync(source: Node(TestAuthority.Ours.Folder("node-x"), "node-x"));

        using var response = await stage.RequestAsync(HttpMethod.Get, null);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task a_sender_with_another_authoritys_certificate_is_refused()
    {
        // It believes it itself, or it would not even try.
        var folder = _others.Folder(TransferStage.SourceNode);
        File.AppendAllText(
            Path.Combine(folder, "ca.crt"),
            '\n' + File.ReadAllText(Path.Combine(TestAuthority.Ours.Folder("node-s"), "ca.crt")));
        await using var stage = await TransferStage.OpenAsync(source: Node(folder, TransferStage.SourceNode));

        Assert.Equal("MS2M-2302", await CodeOfAsync(stage));
    }

    [Theory]
    [InlineData("node-x", 30, true)]
    [InlineData("node-s", -1, true)]
    [InlineData("node-s", 30, false)]
    public async Task a_sender_without_a_good_certificate_says_so_before_it_sends(string name, int daysLeft, bool forClients)
    {
        var folder = TestAuthority.Ours.Folder(name, daysLeft, forClients);
        await using var stage = await TransferStage.OpenAsync(source: Node(folder, TransferStage.SourceNode));

        Assert.Equal("MS2M-2307", await CodeOfAsync(stage));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(30, false)]
    public async Task a_caller_with_a_certificate_that_is_not_good_cannot_even_ask(int daysLeft, bool forClients)
    {
        var folder = TestAuthority.Ours.Folder(TransferStage.SourceNode, daysLeft, forClients);
        await using var stage = await TransferStage.OpenAsync(source: Node(folder, TransferStage.SourceNode));

        await Assert.ThrowsAsync<HttpRequestException>(() => stage.RequestAsync(HttpMethod.Get, null));
    }

    [Theory]
    [InlineData("another-node", 30, true, true)]
    [InlineData("node-t", -1, true, true)]
    [InlineData("node-t", 30, false, true)]
    [InlineData("node-t", 30, true, false)]
    public async Task a_target_that_does_not_prove_to_be_the_node_gets_neither_memory_nor_token(
        string name, int daysLeft, bool forServers, bool ofOurAuthority)
    {
        var authority = ofOurAuthority ? TestAuthority.Ours : _others;
        var folder = authority.Folder(name, daysLeft, forServers: forServers, believes: TestAuthority.Ours);
        await using var stage = await TransferStage.OpenAsync(target: Node(folder, name));

        Assert.Equal("MS2M-2305", await CodeOfAsync(stage));
    }

    [Fact]
    public async Task a_target_without_encryption_gets_nothing()
    {
        await using var stage = await TransferStage.OpenAsync(target: new Unprotected());

        Assert.Equal("http", stage.Url.Scheme);
        Assert.Equal("MS2M-2305", await CodeOfAsync(stage));
    }

    [Fact]
    public async Task a_caller_without_a_certificate_cannot_even_ask()
    {
        await using var stage = await TransferStage.OpenAsync();
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = AnyServer;
        using var http = new HttpClient(handler);

        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(stage.Url));
    }

    [Fact]
    public async Task an_older_tls_is_refused()
    {
        await using var stage = await TransferStage.OpenAsync();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, stage.Url.Port);
        await using var tls = new SslStream(tcp.GetStream(), false, AnyServer);

        await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = TransferStage.TargetNode,
            EnabledSslProtocols = SslProtocols.Tls12,
        }));
        Assert.False(tls.IsAuthenticated);
    }

    [Fact]
    public async Task a_renewed_certificate_needs_no_restart()
    {
        var folder = TestAuthority.Ours.Folder(TransferStage.TargetNode, daysLeft: -1);
        await using var stage = await TransferStage.OpenAsync(target: Node(folder, TransferStage.TargetNode));
        Assert.Equal("MS2M-2305", await CodeOfAsync(stage));

        TestAuthority.Ours.Write(folder, TransferStage.TargetNode);

        Assert.False((await stage.SendAsync()).Failed);
    }

    [Fact]
    public async Task neither_memory_nor_token_can_be_read_on_the_wire()
    {
        await using var stage = await TransferStage.OpenAsync();
        stage.Write("pages-1.img", "a password in some process's memory"u8.ToArray());
        await using var wire = new BreakingWire(stage.Url, int.MaxValue);

        Assert.False((await stage.SendAsync(url: wire.Url)).Failed);

        var seen = System.Text.Encoding.Latin1.GetString(wire.Seen);
        Assert.NotEmpty(seen);
        Assert.DoesNotContain("a password", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(TransferStage.Token, seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task two_workers_that_were_told_to_do_without_understand_each_other()
    {
        await using var stage = await TransferStage.OpenAsync(source: new Unprotected(), target: new Unprotected());
        stage.Write("pages-1.img", new byte[5000]);

        Assert.False((await stage.SendAsync()).Failed);
    }
}
