using System.Text;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.Kubernetes.Tests.Playback;
using static Ms2m.Kubernetes.Tests.Watching.Watcher;

namespace Ms2m.Kubernetes.Tests.Watching;

/// <summary>A watch lasts for as long as it is asked, whatever happens to the connections that it is made of.</summary>
public sealed class WatchTests
{
    [Fact]
    public async Task what_is_there_is_told_before_what_happens()
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(
            Listing("5", Pod("a", "3"), Pod("b", "4")),
            Watch("5", Answer.Events(Event("MODIFIED", Pod("a", "6")), Event("DELETED", Pod("b", "7")))),
            Quiet("7"));
        using var client = TestClient.Of(server);

        Assert.Equal(
            ["Restarted", "Present a", "Present b", "Synchronized", "Present a", "Gone b"], await PodsAsync(server, client));
    }

    [Fact]
    public async Task a_watch_that_ends_goes_on_from_the_last_bookmark_without_telling_anything_twice()
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(
            Listing("5"),
            Watch("5", Answer.Events(Event("ADDED", Pod("a", "6")), Bookmark("9"))),
            Watch("9", Answer.Events(Event("ADDED", Pod("b", "10")))),
            Quiet("10"));
        using var client = TestClient.Of(server);

        Assert.Equal(["Restarted", "Synchronized", "Present a", "Present b"], await PodsAsync(server, client));
    }

    [Fact]
    public async Task a_watch_that_breaks_goes_on_from_what_was_told_last()
    {
        await using var server = await PlaybackServer.StartAsync();
        var told = new TaskCompletionSource();
        server.Expect(
            Listing("5"),
            Watch("5", Answer.Events(Event("ADDED", Pod("a", "6"))) with { Ending = Ending.Broken, EndsAfter = told.Task }),
            Quiet("6"));
        using var client = TestClient.Of(server);

        var all = await AllAsync(server, client, Kinds.Pods, new Selection("tr"), news =>
        {
            if (news.What is not null)
            {
                told.TrySetResult();
            }

            return news.Kind;
        });

        Assert.Equal([WatchedKind.Restarted, WatchedKind.Synchronized, WatchedKind.Present], all);
    }

    [Fact]
    public async Task a_version_that_is_refused_as_too_old_begins_it_anew()
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(
            Listing("5", Pod("a", "3")), Watch("5", Answer.Refusal(410, "Expired")), Listing("50", Pod("b", "40")), Quiet("50"));
        using var client = TestClient.Of(server);

        Assert.Equal(
            ["Restarted", "Present a", "Synchronized", "Restarted", "Present b", "Synchronized"], await PodsAsync(server, client));
    }

    [Fact]
    public async Task an_event_that_comes_in_pieces_is_one()
    {
        var line = Encoding.UTF8.GetBytes(Event("ADDED", Pod("a", "6")) + "\n" + Event("ADDED", Pod("b", "7")) + "\n");
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(Listing("5"), Watch("5", new Answer(200, new Dictionary<string, string>(), [line[..7], line[7..100], line[100..]])), Quiet("7"));
        using var client = TestClient.Of(server);

        Assert.Equal(["Restarted", "Synchronized", "Present a", "Present b"], await PodsAsync(server, client));
    }

    [Theory]
    [InlineData("{\"type\":\"ADDED\"}")]
    [InlineData("{\"type\":\"ADDED\",\"object\":null}")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task an_event_that_cannot_be_read_is_asked_for_again_and_then_the_list_instead(string strange)
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(Listing("5"), Watch("5", Answer.Events(strange)), Watch("5", Answer.Events(strange)), Watch("5", Answer.Events(strange)));
        server.Expect(Listing("6", Pod("a", "6")), Quiet("6"));
        using var client = TestClient.Of(server);

        Assert.Equal(["Restarted", "Synchronized", "Restarted", "Present a", "Synchronized"], await PodsAsync(server, client));
    }

    [Fact]
    public async Task an_event_that_never_ends_is_not_read_to_its_end()
    {
        await using var server = await PlaybackServer.StartAsync();
        var endless = new Answer(200, new Dictionary<string, string>(), [new byte[3000]]) { Ending = Ending.Silent };
        server.Expect(Listing("5"), Watch("5", endless), Watch("5", Answer.Events(Event("ADDED", Pod("a", "6")))), Quiet("6"));
        using var client = TestClient.Of(server, limits: TestClient.Patient with { LargestEvent = 2000 });

        Assert.Equal(["Restarted", "Synchronized", "Present a"], await PodsAsync(server, client));
    }

    [Fact]
    public async Task a_watch_that_is_silent_for_longer_than_the_server_lets_one_last_is_dead()
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(Listing("5"), Quiet("5"), Quiet("5"));
        // A minute is over at once, and only the client can end the first watch; then it waits, and after that time stands still.
        using var client = TestClient.Of(server, new ImpatientTime(mostWaits: 2), limits: TestClient.Patient with { Watch = TimeSpan.FromMinutes(1) });

        Assert.Equal(["Restarted", "Synchronized"], await PodsAsync(server, client));
    }

    [Fact]
    public async Task a_server_that_has_too_much_to_do_is_left_alone_for_as_long_as_it_asks()
    {
        await using var server = await PlaybackServer.StartAsync();
        var time = new ImpatientTime();
        server.Expect(Listing("5"), Watch("5", Answer.Refusal(429, "TooManyRequests", ("Retry-After", "17"))), Quiet("5"));
        using var client = TestClient.Of(server, time);

        await PodsAsync(server, client);

        Assert.Equal([TimeSpan.FromSeconds(17)], time.Waits);
    }

    [Fact]
    public async Task the_less_use_a_server_is_the_longer_it_is_left_alone()
    {
        await using var server = await PlaybackServer.StartAsync();
        var time = new ImpatientTime();
        var down = Answer.Refusal(500, "InternalError");
        server.Expect([.. Enumerable.Repeat(Exchange.Get("/api/v1/namespaces/tr/pods", down), 9)]);
        server.Expect(Listing("5"), Quiet("5"));
        using var client = TestClient.Of(server, time);

        await PodsAsync(server, client);

        Assert.Equal(9, time.Waits.Count);
        // By half of it at most it is shorter than the double of the one before.
        Assert.All(time.Waits.Zip(time.Waits.Skip(1)), pair => Assert.True(pair.Second >= pair.First || pair.Second >= TimeSpan.FromSeconds(15)));
        Assert.All(time.Waits, wait => Assert.InRange(wait, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData(401, "Unauthorized")]
    [InlineData(404, "NotFound")]
    [InlineData(422, "Invalid")]
    public async Task what_will_not_be_granted_however_often_it_is_asked_ends_it(int code, string reason)
    {
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(Exchange.Get("/api/v1/namespaces/tr/pods", Answer.Refusal(code, reason)));
        using var client = TestClient.Of(server);

        var problem = await RefusalAsync(client, Kinds.Pods, new Selection("tr"));

        Assert.Equal((code, reason), (problem.Code, problem.Reason));
    }
}
