using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Http;
using Ms2m.Kubernetes.Resources;
using Ms2m.Kubernetes.Tests.Playback;

namespace Ms2m.Kubernetes.Tests.Calling;

/// <summary>Lists come in pages, and nobody notices.</summary>
public sealed class ListTests
{
    private static readonly ClientLimits _oneByOne = TestClient.Patient with { PageSize = 1 };

    [Fact]
    public async Task pages_are_asked_for_by_the_words_of_the_server_until_there_are_no_more()
    {
        var (first, second) = (Transcript.Load("040-pods-list-limit-1"), Transcript.Load("041-pods-list-continue"));
        var more = second.Answer!["metadata"]!["continue"]!.GetValue<string>();
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(
            first.Exchange(),
            second.Exchange(),
            Exchange.Get($"/api/v1/pods?continue={more}", Answer.Json(200, Watching.Watcher.List("3115", Watching.Watcher.Pod("last", "1")))));
        using var client = TestClient.Of(server, limits: _oneByOne);

        var pods = await client.ListAsync(Kinds.Pods, Selection.All, default);

        Assert.Equal("3115", pods.Value.ResourceVersion);
        Assert.Equal(
            [Name(first.Answer!), Name(second.Answer!), "last"], pods.Value.Items.Select(pod => pod.Metadata.Name));
        Assert.All(pods.Value.Items, pod => Assert.Equal(("v1", "Pod"), (pod.ApiVersion, pod.Kind)));
    }

    [Fact]
    public async Task a_list_whose_next_page_is_forgotten_is_read_anew_and_at_once()
    {
        var first = Transcript.Load("040-pods-list-limit-1");
        var more = first.Answer!["metadata"]!["continue"]!.GetValue<string>();
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(
            first.Exchange(),
            Exchange.Get($"/api/v1/pods?continue={more}", Answer.Refusal(410, "Expired")),
            Exchange.Get("/api/v1/pods", Answer.Json(200, Watching.Watcher.List("4000", Watching.Watcher.Pod("a", "1"), Watching.Watcher.Pod("b", "2")))));
        using var client = TestClient.Of(server, limits: _oneByOne);

        var pods = await client.ListAsync(Kinds.Pods, Selection.All, default);

        Assert.Equal("4000", pods.Value.ResourceVersion);
        Assert.Equal(["a", "b"], pods.Value.Items.Select(pod => pod.Metadata.Name));
    }

    [Fact]
    public async Task a_kind_of_which_there_is_nothing_is_an_empty_list()
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(Exchange.Get("/api/v1/pods", Answer.Json(200, """{"metadata":{"resourceVersion":"1"},"items":null}""")));
        using var client = TestClient.Of(server);

        Assert.Empty((await client.ListAsync(Kinds.Pods, Selection.All, default)).Value.Items);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"metadata\":{\"continue\":7}}")]
    [InlineData("{\"items\":[null]}")]
    [InlineData("{\"items\":[[]]}")]
    public async Task what_is_no_list_is_a_problem_and_not_an_exception(string strange)
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(Exchange.Get("/api/v1/pods", Answer.Json(200, strange)));
        server.Expect(Exchange.Get("/version", Answer.Json(200, "[]")));
        using var client = TestClient.Of(server);

        Assert.Equal("Unreadable", (await client.ListAsync(Kinds.Pods, Selection.All, default)).Problem?.Reason);
        Assert.Equal("Unreadable", (await client.VersionAsync(default)).Problem?.Reason);
    }

    private static string Name(JsonNode list) => list["items"]![0]!["metadata"]!["name"]!.GetValue<string>();
}
