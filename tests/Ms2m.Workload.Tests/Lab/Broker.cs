using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Ms2m.Contracts;
using RabbitMQ.Client;

namespace Ms2m.Workload.Tests.Lab;

/// <summary>A virtual host of its own on the lab's broker: nothing that a test leaves behind can meet another's.</summary>
public sealed class Broker : IAsyncLifetime, IDisposable
{
    private readonly string _name = $"ms2m-test-{Guid.NewGuid():N}";
    private readonly HttpClient _management = new();

    /// <summary>Of the virtual host.</summary>
    public Uri Uri { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var broker = new UriBuilder(LabSettings.Value("MS2M_BROKER_URI"));
        var management = new UriBuilder(LabSettings.Value("MS2M_BROKER_MANAGEMENT_URI"));
        _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{management.UserName}:{management.Password}")));
        _management.BaseAddress = new UriBuilder(management.Scheme, management.Host, management.Port).Uri;
        var user = broker.UserName;
        (await _management.PutAsync($"/api/vhosts/{_name}", null)).EnsureSuccessStatusCode();
        (await _management.PutAsJsonAsync($"/api/permissions/{_name}/{user}", new { configure = ".*", write = ".*", read = ".*" }))
            .EnsureSuccessStatusCode();
        broker.Path = _name;
        Uri = broker.Uri;
        await DeclareAsync();
    }

    /// <summary>What the engine declares, because instances may not.</summary>
    private async Task DeclareAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.ExchangeDeclareAsync(Names.Migrations, ExchangeType.Fanout, durable: true);
        await channel.ExchangeDeclareAsync(Names.Control, ExchangeType.Direct, durable: true);
        await channel.ExchangeDeclareAsync(Names.Peers, ExchangeType.Direct, durable: true);
        await channel.ExchangeDeclareAsync(Names.Journal, ExchangeType.Topic, durable: true);
    }

    /// <summary>Closes every connection of the virtual host, as a broker's restart would.</summary>
    public async Task<int> CloseConnectionsAsync(string clientName)
    {
        var closed = 0;
        for (var tries = 0; tries < 100 && closed == 0; tries++)
        {
            // The management's list of connections is some seconds late.
            await Task.Delay(100);
            var connections = await _management.GetFromJsonAsync<List<Connection>>($"/api/vhosts/{_name}/connections") ?? [];
            foreach (var connection in connections.Where(c => c.User_provided_name == clientName))
            {
                (await _management.DeleteAsync($"/api/connections/{System.Uri.EscapeDataString(connection.Name)}")).EnsureSuccessStatusCode();
                closed++;
            }
        }
        return closed;
    }

    public async Task DisposeAsync()
    {
        await _management.DeleteAsync($"/api/vhosts/{_name}");
    }

    public void Dispose() => _management.Dispose();

    private sealed record Connection(string Name, string? User_provided_name);
}
