using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Kubernetes.Configuration;
using Ms2m.Kubernetes.Http;

namespace Ms2m.Kubernetes.Tests.Playback;

/// <summary>Clients of a server in the same test.</summary>
internal static class TestClient
{
    /// <summary>Longer than any wait, so that <see cref="ImpatientTime"/> takes them for limits.</summary>
    public static ClientLimits Patient { get; } = new()
    {
        Call = TimeSpan.FromHours(1),
        Checkpoint = TimeSpan.FromHours(1),
        Watch = TimeSpan.FromHours(1),
        Repeating = TimeSpan.FromMinutes(1),
    };

    public static KubernetesClient Of(
        PlaybackServer server, TimeProvider? time = null, ClientLimits? limits = null, ILogger<KubernetesClient>? logger = null) =>
        new(Connection(server), logger ?? NullLogger<KubernetesClient>.Instance, time ?? new ImpatientTime(), limits ?? Patient);

    /// <param name="user">YAML of the user, in braces.</param>
    /// <param name="authority">Of the server; the tests' cluster's when null.</param>
    /// <param name="more">Of the cluster, each begun by a comma.</param>
    public static KubernetesConnection Connection(PlaybackServer server, string user = "{token: secret}", string? authority = null, string more = "")
    {
        var ca = Convert.ToBase64String(Encoding.UTF8.GetBytes(authority ?? TestAuthority.Cluster.Pem));
        var found = KubernetesConnection.Of($$$"""
            current-context: test
            contexts: [{name: test, context: {cluster: here, user: me, namespace: tr}}]
            clusters: [{name: here, cluster: {server: "{{{server.Address}}}", certificate-authority-data: {{{ca}}}{{{more}}}}}]
            users: [{name: me, user: {{{user}}}}]
            """, AppContext.BaseDirectory);
        Assert.Null(found.Problem);
        return found.Connection!;
    }
}
