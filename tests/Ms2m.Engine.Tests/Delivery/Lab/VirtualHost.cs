using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using RabbitMQ.Client;

namespace Ms2m.Engine.Tests.Delivery.Lab;

/// <summary>A throw-away virtual host of the real broker.</summary>
internal sealed class VirtualHost : IAsyncDisposable
{
    private static readonly Uri _broker = LabSettings.Uri("MS2M_BROKER_URI");
    private readonly HttpClient _management;
    private readonly string _user = Uri.UnescapeDataString(_broker.UserInfo.Split(':')[0]);
    private readonly string _password = Uri.UnescapeDataString(_broker.UserInfo.Split(':')[1]);
    private readonly string _name = $"ms2m-test-{Guid.NewGuid():N}";

    private VirtualHost()
    {
        var at = LabSettings.Uri("MS2M_BROKER_MANAGEMENT_URI");
        _management = new HttpClient { BaseAddress = new Uri($"{at.Scheme}://{at.Host}:{at.Port}/api/") };
        _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(at.UserInfo))));
    }

    public static async Task<VirtualHost> CreateAsync()
    {
        var host = new VirtualHost();
        (await host._management.PutAsync($"vhosts/{host._name}", null)).EnsureSuccessStatusCode();
        (await host._management.PutAsJsonAsync(
            $"permissions/{host._name}/{host._user}",
            new { configure = ".*", write = ".*", read = ".*" })).EnsureSuccessStatusCode();
        return host;
    }

    /// <summary>For MassTransit.</summary>
    public (Uri Address, string User, string Password) Credentials =>
        (new Uri($"rabbitmq://{_broker.Host}:{_broker.Port}/{_name}"), _user, _password);

    /// <summary>For a client that is not MassTransit.</summary>
    public Task<IConnection> ConnectAsync() => new ConnectionFactory
    {
        HostName = _broker.Host,
        Port = _broker.Port,
        VirtualHost = _name,
        UserName = _user,
        Password = _password,
    }.CreateConnectionAsync();

    public async ValueTask DisposeAsync()
    {
        await _management.DeleteAsync($"vhosts/{_name}");
        _management.Dispose();
    }
}
