using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ms2m.Engine.Broker;

/// <summary>Users of the broker, through its management plugin. Needs a user with the tag administrator.</summary>
public sealed class BrokerUsers(ManagementApi management)
{
    /// <summary>Makes the user or gives it this password. Connections that it has stay.</summary>
    public Task PutAsync(string user, string password, CancellationToken token) =>
        PutAsync($"api/users/{Escape(user)}", new { password, tags = "" }, token);

    public Task AllowAsync(string user, InstancePermissions allowed, CancellationToken token) => PutAsync(
        $"api/permissions/{management.VirtualHost}/{Escape(user)}",
        new { configure = allowed.Configure, write = allowed.Write, read = allowed.Read }, token);

    /// <summary>Which routing keys the user may use at a topic exchange.</summary>
    public Task AllowKeysAsync(string user, string exchange, string keys, CancellationToken token) => PutAsync(
        $"api/topic-permissions/{management.VirtualHost}/{Escape(user)}", new { exchange, write = keys, read = keys }, token);

    /// <summary>The broker tells its connections to close, a moment later.</summary>
    public async Task DeleteAsync(string user, CancellationToken token)
    {
        using var answer = await management.Http.DeleteAsync(Local($"api/users/{Escape(user)}"), token);
        if (answer.StatusCode != HttpStatusCode.NotFound)
        {
            answer.EnsureSuccessStatusCode();
        }
    }

    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken token) =>
        [.. (await management.Http.GetFromJsonAsync<Named[]>("api/users?columns=name", token) ?? []).Select(one => one.Name)];

    /// <summary>Connections that the broker has open for the user. The broker's own list, not its statistics, which are
    /// some seconds old.</summary>
    public async Task<int> ConnectionsAsync(string user, CancellationToken token) =>
        (await management.Http.GetFromJsonAsync<JsonElement[]>($"api/connections/username/{Escape(user)}", token) ?? []).Length;

    public async Task CloseConnectionsAsync(string user, CancellationToken token)
    {
        using var answer = await management.Http.DeleteAsync(Local($"api/connections/username/{Escape(user)}"), token);
        // The broker fails at it when one of them ends by itself in that moment; whoever asked looks again what is left.
        if (answer.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.InternalServerError))
        {
            answer.EnsureSuccessStatusCode();
        }
    }

    private async Task PutAsync(string path, object body, CancellationToken token)
    {
        using var answer = await management.Http.PutAsJsonAsync(Local(path), body, token);
        answer.EnsureSuccessStatusCode();
    }

    private static string Escape(string name) => Uri.EscapeDataString(name);

    private static Uri Local(string path) => new(path, UriKind.Relative);

    private sealed record Named([property: JsonPropertyName("name")] string Name);
}
