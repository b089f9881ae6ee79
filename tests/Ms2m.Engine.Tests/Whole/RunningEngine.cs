using Microsoft.AspNetCore.Builder;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>An engine that is stopped, not only let go: a bus that is merely disposed of goes on taking messages.</summary>
public sealed class RunningEngine(WebApplication host) : IAsyncDisposable
{
    public IServiceProvider Services => host.Services;

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await host.DisposeAsync();
    }
}
