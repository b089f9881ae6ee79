using System.Net;
using System.Net.Http.Json;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.Engine.Tests.Whole;

namespace Ms2m.Engine.Tests.Api;

/// <summary>An engine that listens on every address, asked over loopback and over one that is not.</summary>
public sealed class StrangersNeedTheToken(EngineFixture fixture) : IClassFixture<EngineFixture>, IAsyncLifetime, IDisposable
{
    private readonly string _token = Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N");
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private RunningEngine _engine = null!;

    public async Task InitializeAsync() => _engine = await fixture.StartEngineAsync(
        fixture.Options with { Listen = "http://0.0.0.0:0", ApiToken = _token });

    public async Task DisposeAsync() => await _engine.DisposeAsync();

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("GET", "migrations")]
    [InlineData("POST", "migrations")]
    [InlineData("GET", "nodes")]
    [InlineData("POST", "garbage/collect")]
    [InlineData("GET", "nothing/of/the/kind")]
    public async Task without_it_nothing_is_said_and_nothing_done(string method, string path)
    {
        using var answer = await AskAsync(Elsewhere, method, path);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal("MS2M-1203", (await answer.Content.ReadFromJsonAsync<Failure>())!.Code);
    }

    [Fact]
    public async Task with_it_everything_is()
    {
        using var answer = await AskAsync(Elsewhere, "GET", "nodes", $"Bearer {_token}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task anything_but_it_is_not_enough()
    {
        foreach (var wrong in (string[])[$"Bearer {_token}x", $"Bearer {_token[..^1]}", $"Basic {_token}", _token, "Bearer", "Bearer "])
        {
            using var answer = await AskAsync(Elsewhere, "GET", "nodes", wrong);
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, wrong);
        }
    }

    [Theory]
    [InlineData("health/live")]
    [InlineData("health/ready")]
    public async Task health_is_anybodys_to_ask(string path)
    {
        using var answer = await AskAsync(Elsewhere, "GET", path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task this_machine_needs_none()
    {
        using var own = await AskAsync(IPAddress.Loopback, "GET", "nodes");
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    [Theory]
    [InlineData("Forwarded", "for=203.0.113.5")]
    [InlineData("Via", "1.1 gateway")]
    [InlineData("X-Forwarded-For", "203.0.113.5")]
    [InlineData("X-Forwarded-Host", "ms2m.example")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("X-Real-IP", "203.0.113.5")]
    public async Task what_a_proxy_of_this_machine_passes_on_needs_it(string header, string value)
    {
        using var passedOn = await AskAsync(IPAddress.Loopback, "GET", "nodes", proxy: (header, value));
        Assert.Equal(HttpStatusCode.Unauthorized, passedOn.StatusCode);
    }

    [Fact]
    public async Task the_command_lines_client_sends_it()
    {
        using var stranger = new EngineClient(Url(Elsewhere));
        var refused = await Assert.ThrowsAsync<EngineRefusedException>(() => stranger.Nodes(CancellationToken.None));
        Assert.Equal("MS2M-1203", refused.Reason.Code);

        using var known = new EngineClient(Url(Elsewhere), _token + "\n");
        Assert.Equal(System.Text.Json.JsonValueKind.Array, (await known.Nodes(CancellationToken.None)).ValueKind);
    }

    private static IPAddress Elsewhere => NetworkInterface.GetAllNetworkInterfaces()
        .Where(one => one.OperationalStatus == OperationalStatus.Up)
        .SelectMany(one => one.GetIPProperties().UnicastAddresses)
        .Select(one => one.Address)
        .First(one => one.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(one));

    private Uri Url(IPAddress address) => new UriBuilder(_engine.Url) { Host = address.ToString() }.Uri;

    private async Task<HttpResponseMessage> AskAsync(
        IPAddress address, string method, string path, string? authorization = null, (string Header, string Value)? proxy = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Url(address), path));
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        if (proxy is var (header, value))
        {
            request.Headers.Add(header, value);
        }

        return await _http.SendAsync(request);
    }
}
