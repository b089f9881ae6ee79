using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>podman's REST API (libpod, version 5) over its unix socket. An answer of podman is an answer, whatever its
/// status; trouble is only that there was none in time.</summary>
public sealed class PodmanApi : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.General)
    {
        PropertyNameCaseInsensitive = true,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly string _socket;
    private readonly HttpClient _http;

    public PodmanApi(string socket)
    {
        _socket = socket;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            // Each call sets its own limit; what is left over is an idle connection, not a hang.
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            UseProxy = false,
        })
        {
            BaseAddress = new Uri("http://podman/v5.0.0/libpod/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public Task<Outcome<PodmanReply>> GetAsync(string path, TimeSpan limit, CancellationToken cancel) =>
        CallAsync(HttpMethod.Get, path, null, limit, cancel);

    public Task<Outcome<PodmanReply>> PostAsync(string path, object? body, TimeSpan limit, CancellationToken cancel) =>
        CallAsync(HttpMethod.Post, path, body is null ? null : JsonContent.Create(body, options: Json), limit, cancel);

    public Task<Outcome<PodmanReply>> DeleteAsync(string path, TimeSpan limit, CancellationToken cancel) =>
        CallAsync(HttpMethod.Delete, path, null, limit, cancel);

    public Task<Outcome<PodmanReply>> UploadAsync(
        HttpMethod method, string path, HttpContent content, TimeSpan limit, CancellationToken cancel) =>
        CallAsync(method, path, content, limit, cancel);

    /// <summary>Writes the body of a successful answer to <paramref name="into"/>.</summary>
    public Task<Outcome<PodmanReply>> DownloadAsync(string path, Stream into, TimeSpan limit, CancellationToken cancel) =>
        LimitedAsync(path, limit, async token =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
            if (!response.IsSuccessStatusCode)
                return new PodmanReply((int)response.StatusCode, await response.Content.ReadAsStringAsync(token));
            await response.Content.CopyToAsync(into, token);
            return new PodmanReply((int)response.StatusCode, "");
        }, cancel);

    /// <summary>Reads an answer that does not end: calls <paramref name="heard"/> at each line.</summary>
    public async Task<Outcome<Done>> FollowAsync(string path, Action heard, CancellationToken cancel)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (!response.IsSuccessStatusCode)
                return new PodmanReply((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancel))
                    .Refusal($"follow '{path.Split('?')[0]}'");
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
            while (await lines.ReadLineAsync(cancel) is not null)
                heard();
            return NodeFailures.PodmanSilent(_socket, "it has ended what was being followed");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return NodeFailures.PodmanSilent(_socket, e.InnerException?.Message ?? e.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private Task<Outcome<PodmanReply>> CallAsync(
        HttpMethod method, string path, HttpContent? content, TimeSpan limit, CancellationToken cancel) =>
        LimitedAsync(path, limit, async token =>
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, token);
            return new PodmanReply((int)response.StatusCode, await response.Content.ReadAsStringAsync(token));
        }, cancel);

    private async Task<Outcome<PodmanReply>> LimitedAsync(
        string path, TimeSpan limit, Func<CancellationToken, Task<PodmanReply>> call, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(limit);
        try
        {
            return await call(limited.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return NodeFailures.PodmanSilent(_socket, e.InnerException?.Message ?? e.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return NodeFailures.TookTooLong($"podman's answer to '{path.Split('?')[0]}'", limit);
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>What podman said.</summary>
public sealed record PodmanReply(int Status, string Text)
{
    public bool IsSuccess => Status is >= 200 and < 300 or (int)HttpStatusCode.NotModified;

    public bool IsMissing => Status == (int)HttpStatusCode.NotFound;

    public Trouble Refusal(string what) => NodeFailures.PodmanRefused(what, Status, Cause());

    public T Read<T>() => JsonSerializer.Deserialize<T>(Text, PodmanJson.Reading)
        ?? throw new JsonException("podman answered with null.");

    public string Cause()
    {
        try
        {
            using var document = JsonDocument.Parse(Text);
            if (document.RootElement.TryGetProperty("message", out var message) && message.GetString() is { } text)
                return text;
        }
        catch (JsonException)
        {
            // Not podman's usual form: the text itself is the best there is.
        }
        return Text.Length > 500 ? Text[..500] : Text;
    }
}

internal static class PodmanJson
{
    public static readonly JsonSerializerOptions Reading = new() { PropertyNameCaseInsensitive = true };
}
