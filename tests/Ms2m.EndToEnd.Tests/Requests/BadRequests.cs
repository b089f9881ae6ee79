using System.Text;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using RabbitMQ.Client;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.EndToEnd.Tests.Requests;

/// <summary>Whatever a stranger publishes, the answer is a Rejected migration with a reason a person understands.</summary>
[Collection(LabCollection.Name)]
public sealed class BadRequests(LabFixture lab, IdleOrders orders) : IClassFixture<IdleOrders>
{
    private const string Unreadable = "MS2M-0101";
    private const string BadName = "MS2M-0102";

    /// <summary>By what is wrong with it: the request, and the code of the reason.</summary>
    private static readonly Dictionary<string, (string Body, string Code)> Table = new()
    {
        ["nothing at all"] = ("", Unreadable),
        ["no JSON"] = ("{nope", Unreadable),
        ["binary"] = ("\u0000\u0001\u0002\u0003", Unreadable),
        ["null"] = ("null", Unreadable),
        ["a list"] = ("[]", Unreadable),
        ["an empty object"] = ("{}", Unreadable),
        ["no workload"] = ("""{"targetNode":"node-b"}""", Unreadable),
        ["no target"] = ("""{"workload":"orders"}""", Unreadable),
        ["an unknown field"] = ("""{"workload":"orders","targetNode":"node-b","force":true}""", Unreadable),
        ["a field twice"] = ("""{"workload":"orders","workload":"other","targetNode":"node-b"}""", Unreadable),
        ["a number for a name"] = ("""{"workload":7,"targetNode":"node-b"}""", Unreadable),
        ["an id that is none"] = ("""{"migrationId":"x","workload":"orders","targetNode":"node-b"}""", Unreadable),
        ["a word that is not allowed"] = ("""{"workload":"orders","targetNode":"node-b","policy":{"onOverload":"Panic"}}""", Unreadable),
        ["a megabyte"] = ($$"""{"workload":"{{new string('a', 1_000_000)}}","targetNode":"node-b"}""", Unreadable),
        ["a long name"] = ($$"""{"workload":"{{new string('a', 5_000)}}","targetNode":"node-b"}""", BadName),
        ["a path for a workload"] = ("""{"workload":"../../etc/passwd","targetNode":"node-b"}""", BadName),
        ["a path for a node"] = ("""{"workload":"orders","targetNode":"../node-b"}""", BadName),
        ["a name with a newline"] = ("""{"workload":"orders\n","targetNode":"node-b"}""", BadName),
        ["a name with a NUL"] = ("""{"workload":"or\u0000ders","targetNode":"node-b"}""", BadName),
        ["an empty name"] = ("""{"workload":"","targetNode":"node-b"}""", BadName),
        ["an unknown workload"] = ("""{"workload":"nobody","targetNode":"node-b"}""", "MS2M-0103"),
        ["an unknown node"] = ("""{"workload":"orders","targetNode":"node-z"}""", "MS2M-0104"),
        ["the node it is on"] = ("""{"workload":"orders","targetNode":"node-a"}""", "MS2M-0106"),
        ["an unknown strategy"] = ("""{"workload":"orders","targetNode":"node-b","strategy":"magic"}""", "MS2M-0108"),
        ["a limit of nothing"] = ("""{"workload":"orders","targetNode":"node-b","policy":{"maxInterruptionMs":0}}""", "MS2M-0109"),
    };

    public static TheoryData<string> Wrongs => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Wrongs))]
    public async Task a_bad_request_is_rejected_with_a_reason(string wrong)
    {
        var cancel = CancellationToken.None;
        var (body, code) = Table[wrong];
        var rejected = await lab.Cluster.Migrations.Start(Encoding.UTF8.GetBytes(body), cancel);

        Assert.Equal(("Rejected", code), (rejected.Phase, rejected.Reason?.Code));
        Assert.True(rejected.Finished);
        Assert.DoesNotContain("Exception", rejected.Reason!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", rejected.Reason.Message, StringComparison.Ordinal);
        Assert.True(rejected.Reason.Message.Length < 500, rejected.Reason.Message);
        Assert.NotEmpty(rejected.Reason.Remedy);
        await NothingMoved(cancel);
    }

    [Fact]
    public async Task an_unreadable_request_is_kept_whole_among_the_dead_letters_with_the_reason()
    {
        var cancel = CancellationToken.None;
        var body = Encoding.UTF8.GetBytes($"{{not json {Guid.NewGuid()}");
        await lab.Cluster.Migrations.Start(body, cancel);

        var factory = new ConnectionFactory { Uri = lab.Cluster.Lab.Broker };
        await using var connection = await factory.CreateConnectionAsync(cancel);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await look.WaitForNextTickAsync(patience.Token))
        {
            while (await channel.BasicGetAsync(Names.Rejected, autoAck: true, cancel) is { } dead)
            {
                if (dead.Body.Span.SequenceEqual(body))
                {
                    var reason = Encoding.UTF8.GetString((byte[])dead.BasicProperties.Headers![Headers.Reason]!);
                    Assert.StartsWith(Unreadable, reason, StringComparison.Ordinal);
                    return;
                }
            }
        }
    }

    private async Task NothingMoved(CancellationToken cancel)
    {
        var workloads = (await lab.Cluster.Engine.Workloads(cancel)).As<List<WorkloadView>>();
        var only = Assert.Single(workloads, one => one.Name == OrdersWorkload.Name);
        Assert.Equal((LabFixture.Source, orders.Instance), (only.Node, only.InstanceId));
    }
}
