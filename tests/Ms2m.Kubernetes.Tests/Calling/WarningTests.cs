using Microsoft.Extensions.Logging;
using Ms2m.Kubernetes.Http;
using Ms2m.Kubernetes.Resources;
using Ms2m.Kubernetes.Tests.Playback;

namespace Ms2m.Kubernetes.Tests.Calling;

public sealed class WarningTests
{
    [Fact]
    public async Task what_the_server_would_rather_not_have_is_logged_once()
    {
        // Recorded as a dry run; its answer is what counts here.
        var recorded = Transcript.Load("054-warn-unknown-field");
        await using var server = await PlaybackServer.StartAsync();
        var warned = Exchange.Get("/api/v1/namespaces/tr/pods/x", recorded.Exchange().Answer);
        server.Expect(warned, warned);
        var log = new Lines();
        using var client = TestClient.Of(server, logger: log);

        await client.GetAsync(Kinds.Pods, new("tr", "x"), default);
        await client.GetAsync(Kinds.Pods, new("tr", "x"), default);

        var line = Assert.Single(log.All);
        Assert.EndsWith("""unknown field "spec.nope" """.Trim(), line, StringComparison.Ordinal);
    }

    private sealed class Lines : ILogger<KubernetesClient>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning)
            {
                All.Add(formatter(state, exception));
            }
        }
    }
}
