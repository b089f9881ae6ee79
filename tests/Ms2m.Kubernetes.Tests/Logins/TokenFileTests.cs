using Ms2m.Kubernetes.Logins;
using Ms2m.Kubernetes.Resources;
using Ms2m.Kubernetes.Tests.Configuration;
using Ms2m.Kubernetes.Tests.Playback;

namespace Ms2m.Kubernetes.Tests.Logins;

/// <summary>A service account's token is replaced while we run.</summary>
public sealed class TokenFileTests : IDisposable
{
    private const string Path = "/api/v1/namespaces/tr/pods/p";
    private static readonly Answer _pod = Answer.Json(200, Watching.Watcher.Pod("p", "1"));
    private static readonly Answer _unknown = Transcript.Load("015-401-bad-token").Exchange().Answer;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task a_token_is_read_again_after_a_minute()
    {
        var time = new ImpatientTime();
        var login = new TokenFileLogin(_folder.Write("token", "old"), null, time);
        Assert.Equal("old", (await login.CurrentAsync(default)).Token);
        _folder.Write("token", "new\n");

        time.Pass(TimeSpan.FromSeconds(59));
        Assert.Equal("old", (await login.CurrentAsync(default)).Token);
        time.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("new", (await login.CurrentAsync(default)).Token);
    }

    [Fact]
    public async Task a_refused_token_is_read_again_and_the_call_made_once_more()
    {
        var file = _folder.Write("token", "old");
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(
            Exchange.Get(Path, _pod) with { Token = "old" },
            Exchange.Get(Path, _unknown) with { Token = "old" },
            Exchange.Get(Path, _pod) with { Token = "new" });
        using var client = Client(server, file);
        Assert.Null((await client.GetAsync(Kinds.Pods, new("tr", "p"), default)).Problem);

        _folder.Write("token", "new");

        Assert.Null((await client.GetAsync(Kinds.Pods, new("tr", "p"), default)).Problem);
    }

    [Fact]
    public async Task a_token_that_is_refused_and_has_not_changed_is_not_shown_twice()
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(Exchange.Get(Path, _unknown));
        using var client = Client(server, _folder.Write("token", "old"));

        Assert.Equal(401, (await client.GetAsync(Kinds.Pods, new("tr", "p"), default)).Problem?.Code);
    }

    [Fact]
    public async Task a_new_token_that_is_refused_as_well_is_the_end_of_it()
    {
        var file = _folder.Write("token", "old");
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(
            Exchange.Get(Path, _pod),
            Exchange.Get(Path, _unknown) with { Token = "old" },
            Exchange.Get(Path, _unknown) with { Token = "new" });
        using var client = Client(server, file);
        await client.GetAsync(Kinds.Pods, new("tr", "p"), default);
        _folder.Write("token", "new");

        Assert.Equal(401, (await client.GetAsync(Kinds.Pods, new("tr", "p"), default)).Problem?.Code);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("\n")]
    public async Task a_token_that_cannot_be_had_is_a_problem_with_its_files_name(string? text)
    {
        var file = text is null ? "/nowhere/token" : _folder.Write("token", text);
        await using var server = await PlaybackServer.StartAsync();
        using var client = Client(server, file);

        var problem = (await client.GetAsync(Kinds.Pods, new("tr", "p"), default)).Problem;

        Assert.Equal("LoginFailed", problem?.Reason);
        Assert.Contains(file, problem?.Message, StringComparison.Ordinal);
    }

    private static Http.KubernetesClient Client(PlaybackServer server, string file) => new(
        TestClient.Connection(server, $"{{tokenFile: {file}}}"),
        Microsoft.Extensions.Logging.Abstractions.NullLogger<Http.KubernetesClient>.Instance, new ImpatientTime(), TestClient.Patient);
}
