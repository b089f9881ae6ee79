using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Ms2m.Contracts;
using Ms2m.Engine.Hosting;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>A virtual host and a database of one's own on the lab's broker and store, and engines on them.</summary>
public sealed class EngineFixture : IAsyncLifetime, IDisposable
{
    private readonly string _name = $"test-{Guid.NewGuid():N}";
    private readonly HttpClient _management = new();
    private readonly List<string> _users = [];
    private OwnDatabase? _database;
    private EngineOptions? _options;

    public EngineOptions Options => _options ?? throw new InvalidOperationException("Not initialized.");

    public string Store => Options.Store;

    public async Task InitializeAsync()
    {
        var management = LabSettings.Uri("MS2M_BROKER_MANAGEMENT_URI");
        var broker = LabSettings.Uri("MS2M_BROKER_URI");
        _management.BaseAddress = new UriBuilder(management) { UserName = "", Password = "" }.Uri;
        _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(management.UserInfo))));
        (await _management.PutAsync($"api/vhosts/{_name}", null)).EnsureSuccessStatusCode();
        var user = Uri.UnescapeDataString(broker.UserInfo.Split(':')[0]);
        (await _management.PutAsJsonAsync(
            $"api/permissions/{_name}/{user}", new { configure = ".*", write = ".*", read = ".*" })).EnsureSuccessStatusCode();
        _database = await OwnDatabase.CreateAsync();
        _options = new EngineOptions
        {
            Broker = new UriBuilder(broker) { Path = _name }.Uri,
            Management = management,
            Store = _database.ConnectionString,
            Listen = "http://127.0.0.1:0",
            TransferSecret = new string('s', 32),
            ClusterKey = new string('k', 32),
        };
    }

    public async Task DisposeAsync()
    {
        // Users are the broker's, not the virtual host's: those that engines made here would stay.
        foreach (var one in await _management.GetFromJsonAsync<Permission[]>($"api/vhosts/{_name}/permissions") ?? [])
        {
            if (one.User.StartsWith(Names.InstanceUser(""), StringComparison.Ordinal) || _users.Contains(one.User))
            {
                (await _management.DeleteAsync($"api/users/{one.User}")).EnsureSuccessStatusCode();
            }
        }

        (await _management.DeleteAsync($"api/vhosts/{_name}")).EnsureSuccessStatusCode();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    public void Dispose() => _management.Dispose();

    /// <summary>A broker user that may do everything here, and the address for it.</summary>
    public async Task<Uri> AddUserAsync(string name)
    {
        const string password = "p";
        (await _management.PutAsJsonAsync($"api/users/{name}", new { password, tags = "" })).EnsureSuccessStatusCode();
        _users.Add(name);
        (await _management.PutAsJsonAsync(
            $"api/permissions/{_name}/{name}", new { configure = ".*", write = ".*", read = ".*" })).EnsureSuccessStatusCode();
        return new UriBuilder(Options.Broker) { UserName = name, Password = password }.Uri;
    }

    /// <summary>A running engine; the caller stops it.</summary>
    public async Task<RunningEngine> StartEngineAsync(EngineOptions? options = null, Action<IServiceCollection>? edges = null)
    {
        var engine = EngineHost.Build(options ?? Options, logging => logging.ClearProviders().AddConsole().SetMinimumLevel(LogLevel.Warning), edges);
        await EngineHost.StartAsync(engine, CancellationToken.None);
        // The host starts without waiting for the broker; the tests do wait.
        await engine.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(
            BusHealthStatus.Healthy, TimeSpan.FromSeconds(20));
        return new RunningEngine(engine);
    }

    private sealed record Permission(string User);
}
