using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Ms2m.Eval.Lab;

/// <summary>Looks at the broker from outside, through its management API, so that "nothing is left" is seen and not
/// believed.</summary>
internal sealed class BrokerEyes : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _virtualHost;

    public BrokerEyes(LabAddresses lab)
    {
        var management = lab.BrokerManagement;
        _virtualHost = Uri.EscapeDataString(VirtualHost(lab.Broker));
        _http = new HttpClient
        {
            BaseAddress = new UriBuilder(management) { UserName = "", Password = "" }.Uri,
            Timeout = TimeSpan.FromSeconds(10),
        };
        var user = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(management.UserInfo));
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(user));
    }

    public async Task<IReadOnlyList<string>> Queues(CancellationToken cancel)
    {
        var answer = await _http.GetFromJsonAsync<JsonElement>($"api/queues/{_virtualHost}?columns=name", cancel);
        return [.. answer.EnumerateArray().Select(queue => queue.GetProperty("name").GetString()!)];
    }

    /// <summary>Waits until the broker is, or is no more, under a memory or disk alarm.</summary>
    public async Task UntilAlarm(bool on, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            var nodes = await _http.GetFromJsonAsync<JsonElement>("api/nodes?columns=mem_alarm,disk_free_alarm", patience.Token);
            if (on == nodes.EnumerateArray().Any(node =>
                node.GetProperty("mem_alarm").GetBoolean() || node.GetProperty("disk_free_alarm").GetBoolean()))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
        }
    }

    /// <summary>What the broker itself takes, by name.</summary>
    public async Task<IReadOnlyDictionary<string, double>> Footprint(CancellationToken cancel)
    {
        var node = (await _http.GetFromJsonAsync<JsonElement>("api/nodes", cancel)).EnumerateArray().First();
        var totals = (await _http.GetFromJsonAsync<JsonElement>("api/overview", cancel)).GetProperty("object_totals");
        return new Dictionary<string, double>
        {
            ["memory bytes"] = node.GetProperty("mem_used").GetDouble(),
            ["descriptors"] = node.GetProperty("fd_used").GetDouble(),
            ["processes"] = node.GetProperty("proc_used").GetDouble(),
            ["queues"] = totals.GetProperty("queues").GetDouble(),
            ["exchanges"] = totals.GetProperty("exchanges").GetDouble(),
            ["connections"] = totals.GetProperty("connections").GetDouble(),
            ["channels"] = totals.GetProperty("channels").GetDouble(),
            ["users"] = (await _http.GetFromJsonAsync<JsonElement>("api/users", cancel)).GetArrayLength(),
        };
    }

    public async Task<string> Version(CancellationToken cancel) =>
        (await _http.GetFromJsonAsync<JsonElement>("api/overview?columns=rabbitmq_version", cancel))
        .GetProperty("rabbitmq_version").GetString()!;

    public async Task DeleteQueue(string queue, CancellationToken cancel)
    {
        using var answer = await _http.DeleteAsync(
            new Uri($"api/queues/{_virtualHost}/{Uri.EscapeDataString(queue)}", UriKind.Relative), cancel);
        if (answer.StatusCode != HttpStatusCode.NotFound)
        {
            answer.EnsureSuccessStatusCode();
        }
    }

    /// <summary>Durable; harmless when it is there.</summary>
    public async Task DeclareExchange(string exchange, string type, CancellationToken cancel)
    {
        using var answer = await _http.PutAsJsonAsync(
            new Uri($"api/exchanges/{_virtualHost}/{Uri.EscapeDataString(exchange)}", UriKind.Relative),
            new { type, durable = true }, cancel);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();

    private static string VirtualHost(Uri broker) =>
        Uri.UnescapeDataString(broker.AbsolutePath.Trim('/')) is { Length: > 0 } named ? named : "/";
}
