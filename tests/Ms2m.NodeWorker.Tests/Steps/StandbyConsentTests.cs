using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer.Standby;

namespace Ms2m.NodeWorker.Tests.Steps;

/// <summary>Whose sending a standby node takes, how often, and for how long it waits for it.</summary>
public sealed class StandbyConsentTests
{
    private readonly LateTime _time = new();
    private readonly Guid _round = Guid.NewGuid();

    private async Task<WorkerStage> OpenAsync()
    {
        var stage = await WorkerStage.OpenAsync(services: services => services.AddSingleton<TimeProvider>(_time));
        stage.Expected.Expect(new ExpectBase(_round, "orders", "node-s", "token", 1000, 60));
        return stage;
    }

    private string UrlOf(WorkerStage target, string below = "") =>
        new Uri(target.Options.Advertise, StandbyEndpoint.PathOf(_round) + below).ToString();

    private async Task<HttpStatusCode> PutAsync(WorkerStage target, string node = "node-s")
    {
        using var answer = await target.AskAsync(UrlOf(target, "/ahead"), "token", HttpMethod.Put, node);
        return answer.StatusCode;
    }

    [Fact]
    public async Task a_node_that_is_not_named_may_not_send_though_it_has_the_token()
    {
        await using var target = await OpenAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, await PutAsync(target, "node-x"));

        // And it has used up nothing.
        Assert.NotNull(target.Expected.Of(_round));
    }

    [Fact]
    public async Task who_has_sent_may_not_send_again()
    {
        await using var target = await OpenAsync();
        // Nothing is no memory: it is broken off, or refused.
        await Record.ExceptionAsync(() => PutAsync(target));

        Assert.Equal(HttpStatusCode.Unauthorized, await PutAsync(target));
        Assert.Empty(target.Bases.All());
    }

    [Fact]
    public async Task nobody_is_waited_for_longer_than_a_quarter_of_an_hour()
    {
        await using var target = await OpenAsync();
        async Task<HttpStatusCode> AskAsync() => (await target.AskAsync(UrlOf(target), "token")).StatusCode;
        _time.Late = TimeSpan.FromMinutes(14);
        Assert.Equal(HttpStatusCode.OK, await AskAsync());

        _time.Late = TimeSpan.FromMinutes(16);

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync());
    }
}
