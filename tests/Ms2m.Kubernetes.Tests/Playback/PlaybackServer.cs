using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ms2m.Kubernetes.Tests.Playback;

/// <summary>A server with TLS and HTTP/2 that expects requests in their order and answers each as told. Another one, or one too
/// many, fails the test when the server is taken down; so does one that never came.</summary>
internal sealed class PlaybackServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Exchange> _expected = new();
    private readonly ConcurrentQueue<string> _differences = new();
    private readonly TaskCompletionSource _over = new();
    private readonly TaskCompletionSource _allAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PlaybackServer(X509Certificate2 certificate, HttpProtocols protocols)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (_, _, _) => true;
            });
        }));
        builder.Services.AddSingleton(this);
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>Done when the last of what was expected has been asked for.</summary>
    public Task AllAsked => _allAsked.Task;

    /// <summary>Of every request, as it came.</summary>
    public ConcurrentQueue<Heard> Requests { get; } = new();

    public static async Task<PlaybackServer> StartAsync(X509Certificate2? certificate = null, HttpProtocols protocols = HttpProtocols.Http1AndHttp2)
    {
        var server = new PlaybackServer(certificate ?? TestAuthority.Cluster.Server(), protocols);
        await server._app.StartAsync();
        var addresses = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        server.Address = new Uri(addresses.Addresses.Single());
        return server;
    }

    public PlaybackServer Expect(params Exchange[] exchanges)
    {
        foreach (var exchange in exchanges)
        {
            _expected.Enqueue(exchange);
        }

        return this;
    }

    public async ValueTask DisposeAsync()
    {
        _over.TrySetResult();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Assert.True(_differences.IsEmpty, string.Join('\n', _differences));
        Assert.True(_expected.IsEmpty, "never asked for: " + string.Join(", ", _expected.Select(one => $"{one.Method} {one.Target}")));
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var request = http.Request;
        using var reader = new StreamReader(request.Body);
        var text = await reader.ReadToEndAsync(http.RequestAborted);
        var target = request.Path.Value + request.QueryString;
        Requests.Enqueue(new Heard(request.Protocol, request.Headers.UserAgent.ToString(), http.Connection.ClientCertificate?.Subject));
        if (!_expected.TryDequeue(out var expected))
        {
            await RefuseAsync(http, $"nothing more was expected, got {request.Method} {target}");
            return;
        }

        if (RequestComparison.Difference(expected, request.Method, target, request.ContentType, Body(text)) is { } difference)
        {
            await RefuseAsync(http, difference);
            return;
        }

        if (expected.Token is { } token && request.Headers.Authorization != $"Bearer {token}")
        {
            await RefuseAsync(http, "it came with another token than expected");
            return;
        }

        if (_expected.IsEmpty)
        {
            _allAsked.TrySetResult();
        }

        await SendAsync(http, expected.Answer);
    }

    private async Task SendAsync(HttpContext http, Answer answer)
    {
        if (answer is { Ending: Ending.Broken, Pieces: [] })
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            http.Response.Headers[name] = value;
        }

        await http.Response.StartAsync(http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        foreach (var piece in answer.Pieces)
        {
            await http.Response.Body.WriteAsync(piece, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }

        await answer.EndsAfter;
        if (answer.Ending == Ending.Broken)
        {
            http.Abort();
        }
        else if (answer.Ending == Ending.Silent)
        {
            await Task.WhenAny(_over.Task, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted));
        }
    }

    private async Task RefuseAsync(HttpContext http, string difference)
    {
        _differences.Enqueue(difference);
        // None of those that a client tries again after.
        http.Response.StatusCode = StatusCodes.Status418ImATeapot;
        await http.Response.WriteAsync(difference, http.RequestAborted);
    }

    private static JsonNode? Body(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (System.Text.Json.JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}

/// <param name="Certificate">Of the client; null when it showed none.</param>
internal sealed record Heard(string Protocol, string Agent, string? Certificate);
