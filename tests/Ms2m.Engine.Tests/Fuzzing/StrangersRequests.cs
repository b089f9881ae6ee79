using System.Net;
using System.Text;
using Ms2m.Engine.Ingress;
using Ms2m.Engine.Tests.Whole;
using Ms2m.Fuzzing;

namespace Ms2m.Engine.Tests.Fuzzing;

/// <summary>Requests of strangers: each becomes a request or a reason, over AMQP and HTTP alike, and the engine serves
/// on.</summary>
public sealed class StrangersRequests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const string Start = """
        {"migrationId":"7b6e9b04-61a6-4f19-9d56-3ccf15ffb2bb","workload":"orders","targetNode":"node-b","strategy":"shadow",
         "requestedBy":"me","priority":1,"policy":{"maxInterruptionMs":50,"maxReplayMs":1000,"onOverload":"RollBack"}}
        """;

    private const string Run = """
        {"name":"orders","node":"node-a","image":"i","queue":"q","environment":{"A":"b"}}
        """;

    [Fact]
    public void a_body_is_a_request_or_a_reason_and_can_be_recorded_either_way()
    {
        var understood = 0;
        Fuzz.Each(4000, random =>
        {
            var body = random.Next(20) == 0 ? Mutation.Noise(random, 300) : Mutation.Json(random, Start);

            var read = RequestReader.Start(body, Guid.NewGuid());
            var cancel = RequestReader.Cancel(body);

            Assert.True(read.Value is null != read.Problem is null);
            Assert.True(cancel.Value is null != cancel.Problem is null);
            Assert.DoesNotContain('\0', RequestReader.Excerpt(body));
            if (read.Value is { } start)
            {
                Interlocked.Increment(ref understood);
                Assert.NotEqual(Guid.Empty, start.MigrationId);
                Assert.DoesNotContain('\0', start.Workload + start.TargetNode + start.RequestedBy + start.Strategy);
                // PostgreSQL takes no half of a surrogate pair.
                var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
                Assert.NotEmpty(strict.GetBytes(start.Workload + start.TargetNode + start.RequestedBy + "x"));
            }
            else
            {
                Assert.True(read.Problem!.Message.Length < 500);
            }
        });
        Assert.InRange(understood, 300, 3900);
    }

    [Fact]
    public async Task a_request_over_http_is_never_the_engines_failure()
    {
        var engine = await fixture.StartEngineAsync();
        await using var _ = engine;
        using var http = new HttpClient { BaseAddress = engine.Url };
        await Fuzz.EachAsync(120, async random =>
        {
            using var request = Make(random);
            using var response = await http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();

            Assert.True((int)response.StatusCode < 500, $"{request.Method} {request.RequestUri}: {(int)response.StatusCode} {text}");
            Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        });
        using var healthy = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, healthy.StatusCode);
    }

    [Theory]
    [InlineData("DELETE", "/workloads/a%00b")]
    [InlineData("GET", "/migrations?workload=%00")]
    [InlineData("GET", "/migrations?limit=99999999999")]
    public async Task what_the_store_cannot_be_asked_is_refused_before(string method, string path)
    {
        var engine = await fixture.StartEngineAsync();
        await using var _ = engine;
        using var http = new HttpClient { BaseAddress = engine.Url };
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));

        using var response = await http.SendAsync(request);

        Assert.True((int)response.StatusCode < 500, $"{(int)response.StatusCode}");
    }

    private static HttpRequestMessage Make(Random random)
    {
        var odd = Uri.EscapeDataString(Mutation.Text(random) is { Length: < 1000 } text ? text : "x");
        var id = random.Next(2) == 0 ? Guid.NewGuid().ToString() : odd;
        var (method, path, body) = random.Next(8) switch
        {
            0 or 1 => (HttpMethod.Post, "/migrations", Start),
            2 => (HttpMethod.Post, "/workloads", Run),
            3 => (HttpMethod.Delete, $"/workloads/{odd}", null),
            4 => (HttpMethod.Get, $"/migrations/{id}/events?after={odd}&waitMs={random.Any(["0", "-1", odd])}", null),
            5 => (HttpMethod.Post, $"/migrations/{id}/cancel", "{}"),
            6 => (HttpMethod.Get, $"/migrations?workload={odd}&active={odd}&limit={random.Any(["-5", "0", odd])}", null),
            _ => (HttpMethod.Get, $"/migrations/{id}", (string?)null),
        };
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Mutation.Json(random, body));
            request.Content.Headers.TryAddWithoutValidation(
                "Content-Type", random.Any(["application/json", "application/json", "text/plain", "application/json; charset=x"]));
        }

        return request;
    }
}
