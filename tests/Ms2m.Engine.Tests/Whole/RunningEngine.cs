using Microsoft.AspNetCore.Builder;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>An engine that is stopped, not only let go: a bus that is merely disposed of goes on taking messages.</summary>
public sealed class RunningEngine(WebApplication host) : IAsyncDisposable
{
    public IServiceProvider Services => host.Services;

    /// <summary>Of its HTTP API.</summary>
    public Uri Url => new(host.Urls.First());

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await host.DisposeAsync();
    }
}
