using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.Kubernetes.Tests.Playback;

namespace Ms2m.Kubernetes.Tests.Calling;

/// <summary>Calls on the wire, to a server that has too much to do, breaks or says strange things.</summary>
public sealed class CallTests
{
    private const string Path = "/api/v1/namespaces/tr/pods/p";
    private static readonly ObjectName _name = new("tr", "p");
    private static readonly Answer _pod = Answer.Json(200, Watching.Watcher.Pod("p", "1"));

    [Fact]
    public async Task http_2_is_spoken_and_the_client_says_who_it_is()
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(Exchange.Get(Path, _pod) with { Token = "secret" });
        using var client = TestClient.Of(server);

        var pod = await client.GetAsync(Kinds.Pods, _name, default);

        Assert.Equal("p", pod.Value.Metadata.Name);
        var heard = Assert.Single(server.Requests);
        Assert.Equal("HTTP/2", heard.Protocol);
        Assert.Matches("^ms2m/[0-9]+[.][0-9]+[.][0-9]+$", heard.Agent);
    }

    [Fact]
    public async Task a_server_that_knows_only_http_1_is_understood_too()
    {
        await using var server = await PlaybackServer.StartAsync(protocols: Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1);
        server.Expect(Exchange.Get(Path, _pod));
        using var client = TestClient.Of(server);

        Assert.Null((await client.GetAsync(Kinds.Pods, _name, default)).Problem);
        Assert.Equal("HTTP/1.1", Assert.Single(server.Requests).Protocol);
    }

    [Fact]
    public async Task a_creation_that_was_turned_away_is_made_again_after_the_time_that_the_server_asks_for()
    {
        await using var server = await PlaybackServer.StartAsync();
        var time = new ImpatientTime();
        var busy = Creation(Answer.Refusal(429, "TooManyRequests", ("Retry-After", "7")));
        server.Expect(busy, busy, Creation(_pod));
        using var client = TestClient.Of(server, time);

        Assert.Null((await client.CreateAsync(Kinds.Pods, NewPod(), default)).Problem);
        Assert.Equal([TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7)], time.Waits);
    }

    [Fact]
    public async Task a_creation_whose_answer_was_lost_is_not_made_again()
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(Creation(new Answer(0, new Dictionary<string, string>(), []) { Ending = Ending.Broken }));
        using var client = TestClient.Of(server);

        var problem = (await client.CreateAsync(Kinds.Pods, NewPod(), default)).Problem;

        Assert.Equal((0, "Broken", true), (problem?.Code, problem?.Reason, problem?.IsPassing));
    }

    [Fact]
    public async Task a_question_whose_answer_was_lost_is_asked_again()
    {
        await using var server = await PlaybackServer.StartAsync();
        var lost = Exchange.Get(Path, new Answer(0, new Dictionary<string, string>(), []) { Ending = Ending.Broken });
        server.Expect(lost, lost, Exchange.Get(Path, _pod));
        using var client = TestClient.Of(server);

        Assert.Null((await client.GetAsync(Kinds.Pods, _name, default)).Problem);
    }

    [Fact]
    public async Task a_server_that_is_not_there_is_tried_for_a_while()
    {
        var server = await PlaybackServer.StartAsync();
        var time = new ImpatientTime();
        using var client = TestClient.Of(server, time);
        await server.DisposeAsync();

        var problem = (await client.CreateAsync(Kinds.Pods, NewPod(), default)).Problem;

        Assert.Equal((0, "Unreachable"), (problem?.Code, problem?.Reason));
        Assert.InRange(time.Waits.Sum(wait => wait.TotalSeconds), 45, 60);
    }

    [Fact]
    public async Task a_server_that_does_not_answer_is_not_waited_for_for_ever()
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(Creation(Answer.Events() with { Ending = Ending.Silent }));
        // The hour of the other tests is a limit that is never reached; this one is reached when the server has heard it.
        using var client = TestClient.Of(server, new LimitReached(server.AllAsked), TestClient.Patient with { Call = TimeSpan.FromSeconds(5) });

        var problem = (await client.CreateAsync(Kinds.Pods, NewPod(), default)).Problem;

        Assert.Equal((0, "Timeout", "No answer within 5 s."), (problem?.Code, problem?.Reason, problem?.Message));
    }

    [Fact]
    public async Task a_caller_who_gives_up_is_not_kept()
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(Exchange.Get(Path, Answer.Events() with { Ending = Ending.Silent }));
        using var client = TestClient.Of(server);
        using var over = new CancellationTokenSource();

        var asking = client.GetAsync(Kinds.Pods, _name, over.Token);
        await server.AllAsked;
        await over.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("null")]
    [InlineData("{\"metadata\":7}")]
    public async Task an_answer_that_is_no_object_is_a_problem_and_not_an_exception(string strange)
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(Exchange.Get(Path, Answer.Json(200, strange)));
        using var client = TestClient.Of(server);

        Assert.Equal("Unreadable", (await client.GetAsync(Kinds.Pods, _name, default)).Problem?.Reason);
    }

    [Fact]
    public async Task an_answer_without_end_is_not_read_to_its_end()
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(Exchange.Get(Path, new Answer(200, new Dictionary<string, string>(), [new byte[3000]]) { Ending = Ending.Silent }));
        using var client = TestClient.Of(server, limits: TestClient.Patient with { LargestAnswer = 2048 });

        var problem = (await client.GetAsync(Kinds.Pods, _name, default)).Problem;

        Assert.Equal("The answer cannot be read: it is larger than 2 KiB", problem?.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../../nodes/n")]
    [InlineData("a%2f")]
    public async Task a_name_that_would_lead_elsewhere_never_reaches_the_server(string name)
    {
        await using var server = await PlaybackServer.StartAsync();
        using var client = TestClient.Of(server);

        Assert.Equal(422, (await client.DeleteAsync(Kinds.Pods, new ObjectName("tr", name), new Deletion(), default)).Problem?.Code);
        Assert.Equal(422, (await client.GetAsync(Kinds.Pods, new ObjectName(name, "p"), default)).Problem?.Code);
        Assert.Equal(422, (await client.CheckpointAsync(new CheckpointOrder("n", "tr", name, "c"), default)).Problem?.Code);
        Assert.Empty(server.Requests);
    }

    private static Exchange Creation(Answer answer) => new(HttpMethod.Post, "/api/v1/namespaces/tr/pods")
    {
        ContentType = "application/json",
        Body = JsonNode.Parse("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}"""),
        Answer = answer,
    };

    private static Pod NewPod() => new() { Metadata = new ObjectMeta { Name = "p", Namespace = "tr" } };
}
