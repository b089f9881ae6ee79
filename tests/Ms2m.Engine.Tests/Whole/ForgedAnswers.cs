using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Engine.Tests.Delivery.Lab;
using RabbitMQ.Client;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>Whoever may publish to the engine, and says something in another's name.</summary>
public sealed class ForgedAnswers(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const string Aside = Names.Migrations + "_skipped";

    // Users are the broker's, not the virtual host's: a name that no lab and no other run has.
    private readonly string _node = $"node-{Guid.NewGuid():N}"[..20];

    [Fact]
    public async Task it_is_set_aside_with_the_reason_and_nothing_follows_from_it()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "forged");
        var kept = await cluster.CopyOfAsync(Aside);
        await using var engine = await fixture.StartEngineAsync();
        cluster.Instead[nameof(PrepareSource)] = _ => [];
        var id = await WholeMigrations.StartAsync(engine, cluster, Guid.CreateVersion7());
        await Eventually.TrueAsync(() => Task.FromResult(cluster.Has(nameof(PrepareSource))), "the source is told to prepare");
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var user = Names.NodeUser(_node);
        (object Message, string? User, string Reason)[] forged =
        [
            (new SourcePrepared(id, StepNames.PrepareSource, 1, cluster.Source), user, "the instanceId"),
            (new InstanceExited(id, cluster.Source, "node-a", 1), user, "the node that it names"),
            (new SourceRevoked(id, StepNames.RevokeSource, 1), user, "the engine's to say"),
            (new CancelMigration(id), user, "the engine's to say"),
            (new InstanceExited(id, cluster.Source, "node-a", 1), null, "no user_id"),
        ];

        foreach (var (message, sender, reason) in forged)
        {
            await channel.BasicPublishAsync(Names.Migrations, "", true, As(sender, message), Body(message));

            var aside = await TakeAsync(cluster, kept, reason);
            Assert.Equal(Body(message).ToArray(), aside.Body.ToArray());
        }

        // In its own name it is read; that it has no part in this migration is the migration's own business.
        var own = new InstanceExited(id, cluster.Source, _node, 1);
        await channel.BasicPublishAsync(Names.Migrations, "", true, As(user, own), Body(own));
        await cluster.SendAsync(Names.Migrations, new SourcePrepared(id, StepNames.PrepareSource, 1, cluster.Source));
        await Eventually.TrueAsync(() => Task.FromResult(cluster.Has(nameof(PromoteShadow))), "the migration goes on");
        Assert.Null(await cluster.TakeAsync(kept));
    }

    public static TheoryData<string> Disguises => ["a second type", "an interface only", "a number", "an envelope"];

    [Theory]
    [MemberData(nameof(Disguises))]
    public async Task what_is_not_plainly_one_thing_is_set_aside(string disguise)
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "disguised");
        var kept = await cluster.CopyOfAsync(Aside);
        await using var engine = await fixture.StartEngineAsync();
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var own = new InstanceExited(Guid.NewGuid(), cluster.Source, _node, 1);
        var properties = As(Names.NodeUser(_node), own);
        var body = Body(own);
        var reason = "names no type";
        switch (disguise)
        {
            case "a second type":
                properties.Headers![Headers.MessageType] = $"{Headers.Urn(typeof(InstanceExited))};{Headers.Urn(typeof(SourceRevoked))}";
                reason = "the engine's to say";
                break;
            case "an interface only":
                properties.Headers![Headers.MessageType] = Headers.Urn(typeof(IMigrationMessage));
                break;
            case "a number":
                properties.Headers![Headers.MessageType] = 7;
                break;
            default:
                properties.ContentType = "application/vnd.masstransit+json";
                body = Body(new
                {
                    node = _node,
                    messageType = new[] { Headers.Urn(typeof(SourceRevoked)) },
                    message = new SourceRevoked(own.MigrationId, StepNames.RevokeSource, 1),
                });
                reason = "content type";
                break;
        }

        await channel.BasicPublishAsync(Names.Migrations, "", true, properties, body);

        await TakeAsync(cluster, kept, reason);
    }

    private async Task<IConnection> ConnectAsync() => await new ConnectionFactory
    {
        Uri = await fixture.AddUserAsync(Names.NodeUser(_node)),
    }.CreateConnectionAsync();

    private static BasicProperties As(string? user, object message)
    {
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            MessageId = Guid.NewGuid().ToString(),
            Headers = new Dictionary<string, object?> { [Headers.MessageType] = Headers.Urn(message.GetType()) },
        };
        if (user is not null)
        {
            properties.UserId = user;
        }

        return properties;
    }

    private static ReadOnlyMemory<byte> Body(object message) =>
        JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), ContractJson.Options);

    private static async Task<BasicGetResult> TakeAsync(ScriptedCluster cluster, string kept, string reason)
    {
        BasicGetResult? aside = null;
        await Eventually.TrueAsync(async () => (aside = await cluster.TakeAsync(kept)) is not null, $"the message in {Aside}");
        var said = System.Text.Encoding.UTF8.GetString((byte[])aside!.BasicProperties.Headers!["MT-Reason"]!);
        Assert.Contains(reason, said, StringComparison.Ordinal);
        return aside;
    }
}
