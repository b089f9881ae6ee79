using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Configuration;
using Ms2m.Kubernetes.Http;

namespace Ms2m.Tests.Simulation.RealCluster;

/// <summary>The client of the cluster that is tested on, and namespaces that are gone afterwards. A fixture of a class; it
/// does nothing until it is used, as it is made for skipped tests, too.</summary>
public sealed class RealClusterConnection : IAsyncLifetime
{
    private readonly Lazy<KubernetesClient> _client = new(() => Connect(null));
    private readonly List<string> _namespaces = [];

    public KubernetesClient Client => _client.Value;

    /// <summary>One of other limits, which is its user's to dispose of.</summary>
    public static KubernetesClient Another(ClientLimits limits) => Connect(limits);

    /// <summary>A new and empty one.</summary>
    public async Task<string> NamespaceAsync()
    {
        var name = $"ms2m-test-{Guid.NewGuid().ToString("N")[..10]}";
        var made = await Client.CreateAsync(ClusterKinds.Namespaces, new AnyObject { Metadata = new() { Name = name } }, default);
        Assert.True(made.Problem is null, made.Problem?.Message);
        lock (_namespaces)
        {
            _namespaces.Add(name);
        }

        // Pods are refused until the controller has made it.
        await EventuallyAsync($"service account default in {name}", async cancel =>
            (await Client.GetAsync(ClusterKinds.ServiceAccounts, new ObjectName(name, "default"), cancel)).Problem is null);
        return name;
    }

    /// <summary>Asks until it is so. A real cluster tells no test when it is done.</summary>
    public static async Task EventuallyAsync(string what, Func<CancellationToken, Task<bool>> isSo, TimeSpan? within = null)
    {
        using var over = new CancellationTokenSource(within ?? TimeSpan.FromMinutes(2));
        try
        {
            while (!await isSo(over.Token))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, over.Token);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            Assert.Fail($"The cluster was waited for in vain: {what}.");
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var name in _namespaces)
        {
            await Client.DeleteAsync(ClusterKinds.Namespaces, new ObjectName(null, name), new Deletion(), default);
        }

        if (_client.IsValueCreated)
        {
            Client.Dispose();
        }
    }

    private static KubernetesClient Connect(ClientLimits? limits)
    {
        var path = Environment.GetEnvironmentVariable(RealClusterFactAttribute.Variable);
        var found = KubernetesConnection.Find(name =>
            name == KubernetesConnection.Variable ? path : Environment.GetEnvironmentVariable(name));
        return new KubernetesClient(
            found.Connection ?? throw new InvalidOperationException(found.Problem ?? $"{RealClusterFactAttribute.Variable} is not set."),
            NullLogger<KubernetesClient>.Instance, limits: limits);
    }
}
