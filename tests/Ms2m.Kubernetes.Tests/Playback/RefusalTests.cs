using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Kubernetes.Http;
using ApiCall = Ms2m.Kubernetes.Http.ApiCall;

namespace Ms2m.Kubernetes.Tests.Playback;

/// <summary>Every refusal that was recorded, of calls that we make and of calls that we do not: it becomes the problem that it
/// states.</summary>
public sealed class RefusalTests
{
    public static TheoryData<string> Refusals => [.. Transcript.Names.Where(name => !Transcript.Load(name).IsGranted)];

    [Fact]
    public void all_kinds_of_refusals_were_recorded() => Assert.Equal(
        [400, 401, 403, 404, 405, 406, 409, 410, 415, 422, 429, 500, 503, 504],
        Transcript.Names.Select(name => Transcript.Load(name).Status).Where(status => status >= 400).Distinct().Order());

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task a_refusal_is_a_value_that_says_what_the_server_said(string name)
    {
        var transcript = Transcript.Load(name);
        await using var server = await PlaybackServer.StartAsync();
        server.Expect(transcript.Exchange());
        using var line = Line(server);
        var call = new ApiCall(transcript.Method, transcript.Target, Repeatable: true, transcript.BodyBytes, transcript.ContentType);

        // No time to repeat anything in: the first answer counts.
        var calls = new Calls(TestClient.Patient, new Repetition(TimeSpan.Zero, () => 0.5), new ImpatientTime(), NullLogger.Instance);
        var answer = await calls.MakeAsync(line, call, _ => true, default);

        var problem = Assert.IsType<Api.ApiProblem>(answer.Problem);
        Assert.Equal(transcript.Status, problem.Code);
        if (transcript.Answer is JsonObject status)
        {
            Assert.Equal(status["message"]!.GetValue<string>(), problem.Message);
            Assert.Equal(status["reason"]?.GetValue<string>() ?? "", problem.Reason);
            Assert.Equal(status["details"]?["causes"]?.AsArray().Count ?? 0, problem.Causes.Count);
            Assert.Equal(status["details"]?["retryAfterSeconds"]?.GetValue<int>(), (int?)problem.RetryAfter?.TotalSeconds);
        }
        else
        {
            // A kubelet's plain text, on one line.
            var words = transcript.Answer!.GetValue<string>().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(string.Join(' ', words), problem.Message);
            Assert.Equal("", problem.Reason);
        }
    }

    private static ServerLine Line(PlaybackServer server)
    {
        var connection = TestClient.Connection(server);
        return new ServerLine(connection.Server, connection.Login, connection.Trust, proxy: null, TimeSpan.FromSeconds(10));
    }
}
