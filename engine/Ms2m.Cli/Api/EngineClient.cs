using System.Net;
using System.Text;
using System.Text.Json;
using Ms2m.Contracts;

namespace Ms2m.Cli.Api;

/// <summary>The engine's HTTP API. Answers are JSON elements, so that <c>--json</c> can print what the engine said, not
/// what this version of the client knows of it; <see cref="ApiJson.As{T}"/> reads them.</summary>
public sealed class EngineClient : IDisposable
{
    /// <summary>Where an engine listens unless told otherwise.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8480";

    /// <summary>Names the engine for every program of this product.</summary>
    public const string UrlVariable = "MS2M_ENGINE_URL";

    /// <summary>The engine's token, for an engine on another machine.</summary>
    public const string TokenVariable = "MS2M_API_TOKEN";

    private readonly HttpClient _http;

    public EngineClient(Uri url, string? token = null)
    {
        Url = url;
        // Long polls are answered after 30 s at most; whoever needs less time cancels.
        _http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(45) };
        if (token is not null)
        {
            // Not checked here for what may stand in a header: the engine says what is wrong with it.
            _http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {token.Trim()}");
        }
    }

    public Uri Url { get; }

    public Task<JsonElement> Nodes(CancellationToken cancel) => Send(HttpMethod.Get, "nodes", null, cancel);

    public Task<JsonElement> Workloads(CancellationToken cancel) => Send(HttpMethod.Get, "workloads", null, cancel);

    public Task<JsonElement> Migrations(int limit, CancellationToken cancel) =>
        Send(HttpMethod.Get, $"migrations?limit={limit}", null, cancel);

    public Task<JsonElement> Migration(Guid id, CancellationToken cancel) =>
        Send(HttpMethod.Get, $"migrations/{id}", null, cancel);

    /// <summary>Events after a version; waits for the next one for <paramref name="waitMs"/> when there is none.</summary>
    public Task<JsonElement> Events(Guid id, long after, int waitMs, CancellationToken cancel) =>
        Send(HttpMethod.Get, $"migrations/{id}/events?after={after}&waitMs={waitMs}", null, cancel);

    public Task<JsonElement> Start(StartMigration request, CancellationToken cancel) =>
        Send(HttpMethod.Post, "migrations", request, cancel);

    /// <summary>What would become of the request.</summary>
    public Task<JsonElement> Plan(StartMigration request, CancellationToken cancel) =>
        Send(HttpMethod.Post, "plans", request, cancel);

    public Task<JsonElement> Cancel(Guid id, CancellationToken cancel) =>
        Send(HttpMethod.Post, $"migrations/{id}/cancel", null, cancel);

    public Task<JsonElement> Run(RunRequest request, CancellationToken cancel) =>
        Send(HttpMethod.Post, "workloads", request, cancel);

    public Task<JsonElement> Stop(string workload, CancellationToken cancel) =>
        Send(HttpMethod.Delete, $"workloads/{Uri.EscapeDataString(workload)}", null, cancel);

    /// <summary>What dead migrations have left behind.</summary>
    public Task<JsonElement> Garbage(CancellationToken cancel) => Send(HttpMethod.Get, "garbage", null, cancel);

    /// <summary>As <see cref="Garbage"/>, and has what may go removed.</summary>
    public Task<JsonElement> CollectGarbage(CancellationToken cancel) =>
        Send(HttpMethod.Post, "garbage/collect", null, cancel);

    public Task<JsonElement> Ready(CancellationToken cancel) => Send(HttpMethod.Get, "health/ready", null, cancel);

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> Send(HttpMethod method, string path, object? body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            // With a length: not everything between here and the engine understands a chunked request.
            request.Content = new StringContent(
                JsonSerializer.Serialize(body, body.GetType(), ContractJson.Options), Encoding.UTF8, "application/json");
        }

        try
        {
            using var response = await _http.SendAsync(request, cancel);
            var text = await response.Content.ReadAsStringAsync(cancel);
            return response.IsSuccessStatusCode
                ? response.Content.Headers.ContentType?.MediaType == "text/plain"
                    ? JsonSerializer.SerializeToElement(text)
                    : ApiJson.Parse(text)
                : throw new EngineRefusedException(response.StatusCode, FailureIn(text, response.StatusCode));
        }
        catch (HttpRequestException broken)
        {
            throw new EngineUnreachableException(Url, broken);
        }
        catch (OperationCanceledException slow) when (!cancel.IsCancellationRequested)
        {
            throw new EngineUnreachableException(Url, slow);
        }
    }

    private static Failure FailureIn(string text, HttpStatusCode status)
    {
        try
        {
            if (ApiJson.Parse(text).As<Failure>() is { Code: not null, Message: not null } failure)
            {
                return failure;
            }
        }
        catch (JsonException)
        {
            // Not from the engine's own code (a proxy, a crash page): the status has to do.
        }

        return new Failure(
            $"HTTP-{(int)status}", $"The engine answered {(int)status} {status}.", "See the engine's log.");
    }
}
