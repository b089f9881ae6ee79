using System.Text.Json;
using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Http;
using Ms2m.Kubernetes.Resources;
using Ms2m.Kubernetes.Tests.Playback;
using Ms2m.Tests.Simulation.RealCluster;

namespace Ms2m.Kubernetes.Tests.Watching;

/// <summary>Every recorded watch, told again: rollouts, a pod's life, a custom resource until it is deleted, a node that is
/// lost. Ours begin where a list ended, so a watch that was recorded without a version gets one.</summary>
public sealed class RecordedWatchTests
{
    public static TheoryData<string> Lasting => [.. Granted().Where(name => !Forgotten(name))];

    public static TheoryData<string> TooOld => [.. Granted().Where(Forgotten)];

    [Theory]
    [MemberData(nameof(Lasting))]
    public async Task what_happened_is_told_in_its_order_and_the_watch_goes_on_from_there(string name)
    {
        var transcript = Transcript.Load(name);
        await using var server = await PlaybackServer.StartAsync();
        var from = From(transcript);
        var last = (transcript.Events is [.., var newest] ? newest : null)?["object"]!["metadata"]!["resourceVersion"]!.GetValue<string>() ?? from;
        server.Expect(List(transcript, from), Watch(transcript, from), Quiet(transcript, last));
        using var client = TestClient.Of(server);

        var told = await ToldAsync(transcript, server, client);

        var expected = transcript.Events.Where(one => Type(one) != "BOOKMARK").ToList();
        Assert.Equal(
            ["Restarted", "Synchronized", .. expected.Select(one => Type(one) == "DELETED" ? "Gone" : "Present")], told.Select(one => one.Kind));
        foreach (var (recorded, given) in expected.Zip(told.Skip(2)))
        {
            SameJson.Assert(recorded["object"], given.What);
        }
    }

    [Theory]
    [MemberData(nameof(TooOld))]
    public async Task a_version_that_is_forgotten_begins_the_watch_anew(string name)
    {
        var transcript = Transcript.Load(name);
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(List(transcript, "1"), Watch(transcript, "1"), List(transcript, "3000"), Quiet(transcript, "3000"));
        using var client = TestClient.Of(server);

        var told = await ToldAsync(transcript, server, client);

        Assert.Equal(["Restarted", "Synchronized", "Restarted", "Synchronized"], told.Select(one => one.Kind));
    }

    [Fact]
    public async Task whoever_may_not_watch_is_told_so()
    {
        var transcript = Transcript.Load("159-watch-403");
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(List(transcript, "0"), Watch(transcript, "0"));
        using var client = TestClient.Of(server);

        var problem = await Watcher.RefusalAsync(client, Kinds.Pods, new Selection("tr"));

        Assert.Equal((403, "Forbidden"), (problem.Code, problem.Reason));
        Assert.StartsWith("pods is forbidden", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_version_that_the_server_cannot_read_is_given_up_after_a_few_tries()
    {
        var transcript = Transcript.Load("158-400-watch-bad-rv");
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(List(transcript, "abc"), Watch(transcript, "abc"), Watch(transcript, "abc"), Watch(transcript, "abc"));
        server.Expect(List(transcript, "7"), Quiet(transcript, "7"));
        using var client = TestClient.Of(server);

        var told = await ToldAsync(transcript, server, client);

        Assert.Equal(["Restarted", "Synchronized", "Restarted", "Synchronized"], told.Select(one => one.Kind));
    }

    private static IEnumerable<string> Granted() => Transcript.Names.Where(name => Transcript.Load(name) is { IsWatch: true, IsGranted: true });

    private static bool Forgotten(string name) => Transcript.Load(name).Events.Any(one => Type(one) == "ERROR");

    private static string Type(JsonNode recorded) => recorded["type"]!.GetValue<string>();

    private static string From(Transcript transcript) => transcript.Query.GetValueOrDefault("resourceVersion", "0");

    private static Exchange List(Transcript transcript, string version) =>
        Exchange.Get(Target(transcript, null), Answer.Json(200, Watcher.List(version)));

    private static Exchange Watch(Transcript transcript, string version) => transcript.Exchange() with { Target = Target(transcript, version) };

    private static Exchange Quiet(Transcript transcript, string version) =>
        Exchange.Get(Target(transcript, version), Answer.Events() with { Ending = Ending.Silent });

    private static string Target(Transcript transcript, string? version)
    {
        var words = transcript.Query.Where(pair => pair.Key is "labelSelector" or "fieldSelector")
            .Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}")
            .Concat(version is null ? [] : ["watch=1", $"resourceVersion={version}"]);
        return $"{transcript.Place}?{string.Join('&', words)}";
    }

    private static Task<IReadOnlyList<(string Kind, JsonNode? What)>> ToldAsync(Transcript transcript, PlaybackServer server, KubernetesClient client)
    {
        var path = RecordedPath.Of(transcript);
        return path.Plural switch
        {
            "pods" => ToldAsync(transcript, path, server, client, Kinds.Pods),
            "nodes" => ToldAsync(transcript, path, server, client, Kinds.Nodes),
            _ => ToldAsync(transcript, path, server, client, ClusterKinds.Of(path.Group, path.Version, "StatefulMigration", path.Plural)),
        };
    }

    private static Task<IReadOnlyList<(string Kind, JsonNode? What)>> ToldAsync<T>(
        Transcript transcript, RecordedPath path, PlaybackServer server, KubernetesClient client, Kind<T> kind)
        where T : KubernetesObject
    {
        var which = new Selection(
            path.Namespace, transcript.Query.GetValueOrDefault("labelSelector"), transcript.Query.GetValueOrDefault("fieldSelector"));
        return Watcher.AllAsync(server, client, kind, which, news =>
            (news.Kind.ToString(), news.What is null ? null : JsonSerializer.SerializeToNode(news.What, kind.Json)));
    }
}
