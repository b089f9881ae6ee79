using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ms2m.Engine.Hosting;

namespace Ms2m.Engine.Broker;

/// <summary>The broker's management plugin, for what AMQP cannot do: tell how a queue is bound and how its consumer gets on,
/// and keep users.</summary>
public sealed class ManagementApi : IDisposable
{
    private readonly HttpClient _http;

    public ManagementApi(EngineOptions options)
    {
        _http = new HttpClient
        {
            BaseAddress = new UriBuilder(options.Management) { UserName = "", Password = "", Path = "/" }.Uri,
            Timeout = TimeSpan.FromSeconds(5),
        };
        // The address holds user and password in their escaped form.
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(options.Management.UserInfo)));
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        VirtualHost = Uri.EscapeDataString(BrokerConnection.VirtualHost(options.Broker));
    }

    internal HttpClient Http => _http;

    /// <summary>The virtual host, as it stands in the plugin's addresses.</summary>
    internal string VirtualHost { get; }

    /// <summary>Every binding of the queue but the one to the default exchange, which all queues have.</summary>
    /// <exception cref="HttpRequestException">The plugin cannot be reached, or there is no such queue.</exception>
    public async Task<IReadOnlyList<QueueBinding>> BindingsOfAsync(string queue, CancellationToken token)
    {
        var bindings = await _http.GetFromJsonAsync<QueueBinding[]>(
            $"api/queues/{VirtualHost}/{Uri.EscapeDataString(queue)}/bindings", token);
        return [.. (bindings ?? []).Where(binding => binding.Source.Length > 0)];
    }

    /// <summary>The type of an exchange, such as <c>topic</c>.</summary>
    public async Task<string> TypeOfAsync(string exchange, CancellationToken token) =>
        (await _http.GetFromJsonAsync<ExchangeDescription>(
            $"api/exchanges/{VirtualHost}/{Uri.EscapeDataString(exchange)}", token))?.Type ?? "";

    /// <summary>All queues, as the broker saw them some seconds ago.</summary>
    /// <exception cref="HttpRequestException">The plugin cannot be reached.</exception>
    public async Task<IReadOnlyList<QueueLook>> LooksAsync(CancellationToken token)
    {
        var queues = await _http.GetFromJsonAsync<JsonElement>(
            $"api/queues/{VirtualHost}?columns=name,consumers,messages_unacknowledged,message_stats.ack", token);
        return [.. queues.EnumerateArray().Select(QueueLook.Read)];
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>One binding as the management plugin describes it.</summary>
public sealed record QueueBinding(
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("routing_key")] string RoutingKey,
    [property: JsonPropertyName("arguments")] Dictionary<string, JsonElement> Arguments)
{
    /// <summary>The arguments as AMQP takes them, for headers exchanges.</summary>
    public Dictionary<string, object?> AmqpArguments => Arguments.ToDictionary(
        argument => argument.Key,
        argument => argument.Value.ValueKind switch
        {
            JsonValueKind.String => (object?)argument.Value.GetString(),
            JsonValueKind.Number => argument.Value.TryGetInt64(out var whole) ? whole : argument.Value.GetDouble(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        });
}

internal sealed record ExchangeDescription([property: JsonPropertyName("type")] string Type);
