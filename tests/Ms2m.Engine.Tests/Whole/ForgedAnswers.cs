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

    private static readonly Guid _migration = Guid.CreateVersion7();

    [Fact]
    public async Task it_is_set_aside_with_the_reason_and_nothing_follows_from_it()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "forged");
        var kept = await cluster.CopyOfAsync(Aside);
        await using var engine = await fixture.StartEngineAsync();
        var stranger = await fixture.AddUserAsync(Names.NodeUser("node-c"));
        await using var connection = await new ConnectionFactory { Uri = stranger }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        (object Message, string? User, string Reason)[] forged =
        [
            (new InstanceExited(_migration, "forged-source", "node-a", 1), Names.NodeUser("node-c"), "the node that it names"),
            (new JournalClosed(_migration, "quiesce-source", 1, "forged-source", 1, "c", null), Names.NodeUser("node-c"), "the instanceId"),
            (new SourceRevoked(_migration, "revoke-source", 1), Names.NodeUser("node-c"), "the engine's to say"),
            (new InstanceExited(_migration, "forged-source", "node-c", 1), null, "no user_id"),
        ];

        foreach (var (message, user, reason) in forged)
        {
            await channel.BasicPublishAsync(Names.Migrations, "", true, As(user, message), Body(message));

            var aside = await TakeAsync(cluster, kept, reason);
            Assert.Equal(Body(message).ToArray(), aside.Body.ToArray());
        }

        // What it says in its own name is read, and is about nothing that the engine knows.
        var own = new InstanceExited(_migration, "forged-source", "node-c", 1);
        await channel.BasicPublishAsync(Names.Migrations, "", true, As(Names.NodeUser("node-c"), own), Body(own));
        await cluster.SendAsync(Names.Migrations, new SourceRevoked(_migration, "revoke-source", 1));
        await Eventually.TrueAsync(async () => await cluster.CountAsync(Names.Migrations) == 0, "both are read");
        Assert.Null(await cluster.TakeAsync(kept));
    }

    [Fact]
    public async Task a_message_that_is_declared_to_be_two_things_must_be_allowed_as_both()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "twofaced");
        var kept = await cluster.CopyOfAsync(Aside);
        await using var engine = await fixture.StartEngineAsync();
        var stranger = await fixture.AddUserAsync(Names.NodeUser("node-d"));
        await using var connection = await new ConnectionFactory { Uri = stranger }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var own = new InstanceExited(_migration, "twofaced-source", "node-d", 1);
        var properties = As(Names.NodeUser("node-d"), own);
        properties.Headers![Headers.MessageType] = $"{Headers.Urn(typeof(InstanceExited))};{Headers.Urn(typeof(SourceRevoked))}";

        await channel.BasicPublishAsync(Names.Migrations, "", true, properties, Body(own));

        await TakeAsync(cluster, kept, "the engine's to say");
    }

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
