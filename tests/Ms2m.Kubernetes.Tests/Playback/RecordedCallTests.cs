using System.Text.Json.Nodes;

namespace Ms2m.Kubernetes.Tests.Playback;

/// <summary>Every recorded call that is one of ours, made again: the client sends what was sent then, and gives what came.</summary>
public sealed class RecordedCallTests
{
    // Pages are asked for by the server's own word: see the test of paging.
    private static readonly string[] _pages = ["040-pods-list-limit-1", "041-pods-list-continue"];

    public static TheoryData<string> Ours => [.. Transcript.Names.Where(name => !Transcript.Load(name).IsWatch
        && !NotOurCalls.Reasons.ContainsKey(name) && !_pages.Contains(name))];

    [Fact]
    public void what_is_not_ours_was_recorded() => Assert.Subset(Transcript.Names.ToHashSet(), NotOurCalls.Reasons.Keys.ToHashSet());

    [Theory]
    [MemberData(nameof(Ours))]
    public async Task a_recorded_call_gives_what_the_server_gave(string name)
    {
        var transcript = Transcript.Load(name);
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(transcript.Exchange());
        using var client = TestClient.Of(server);

        var outcome = await RecordedCall.MakeAsync(transcript, client, server.Address);

        if (transcript.IsGranted)
        {
            Assert.Null(outcome.Problem);
            AssertGiven(transcript, outcome.Given);
        }
        else
        {
            Assert.Equal(transcript.Status, outcome.Problem?.Code);
        }
    }

    /// <summary>All of it, letter by letter, fields that we do not know included; of the version only its name.</summary>
    private static void AssertGiven(Transcript transcript, JsonNode? given)
    {
        if (given is null)
        {
            return;
        }

        var expected = SameJson.Of(transcript.Answer);
        if (given["gitVersion"] is { } version)
        {
            Assert.Equal(expected!["gitVersion"]!.GetValue<string>(), version.GetValue<string>());
            return;
        }

        if (given["items"] is JsonArray items && expected?["metadata"] is not null)
        {
            SameJson.Assert(WithKinds(expected["items"], items), items);
            Assert.Equal(expected["metadata"]!["resourceVersion"]?.GetValue<string>(), given["metadata"]!["resourceVersion"]?.GetValue<string>());
            return;
        }

        SameJson.Assert(expected, given);
    }

    /// <summary>The server leaves out of a list's items what all of them are.</summary>
    private static JsonArray WithKinds(JsonNode? recorded, JsonArray given)
    {
        var items = recorded?.DeepClone().AsArray() ?? [];
        foreach (var (item, like) in items.Zip(given))
        {
            item!["kind"] ??= like!["kind"]!.DeepClone();
            item["apiVersion"] ??= like!["apiVersion"]!.DeepClone();
        }

        return items;
    }
}
