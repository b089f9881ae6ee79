using System.Diagnostics;
using Ms2m.Contracts;
using Ms2m.Engine.Broker;
using Ms2m.Engine.Tests.Whole;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Credentials = Ms2m.Contracts.Credentials;

namespace Ms2m.Engine.Tests.Broker;

/// <summary>What an instance's broker user can do, and that nothing of it is left once it is revoked; on the real broker.</summary>
public sealed class RevokingAccess(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly string _instance = $"w-{Guid.NewGuid():N}"[..14];
    private readonly ManagementApi _management = new(fixture.Options);

    private InstanceAccess Access => new(new BrokerUsers(_management), fixture.Options, TimeProvider.System);

    private InstanceGrant Grant => new(_instance, "node-a", new("folder", "image", "folder.in", new Dictionary<string, string>()));

    public void Dispose() => _management.Dispose();

    [Fact]
    public async Task an_instance_has_its_own_names_and_nobody_elses()
    {
        await using var engine = await EngineChannelAsync();
        await Access.GrantAsync(Grant, default);
        await using var instance = await ConnectAsync();

        await AllowedAsync(instance, channel => channel.QueueDeclareAsync("folder.in", true, false, false));
        await AllowedAsync(instance, channel => channel.QueueDeclareAsync(Names.ControlQueue(_instance), true, false, false));
        await AllowedAsync(instance, channel => channel.QueueBindAsync(Names.ControlQueue(_instance), Names.Control, _instance));
        await AllowedAsync(instance, channel => PublishAsync(channel, Names.Peers, "somebody"));

        await RefusedAsync(instance, channel => PublishAsync(channel, "", Names.Node("node-a")));
        await RefusedAsync(instance, channel => PublishAsync(channel, Names.Control, "somebody"));
        await RefusedAsync(instance, channel => PublishAsync(channel, Names.Journal, Names.JournalQueue(Guid.NewGuid())));
        await RefusedAsync(instance, channel => channel.QueueDeclareAsync(Names.ControlQueue("somebody"), true, false, false));
        await RefusedAsync(instance, channel => channel.ExchangeDeleteAsync(Names.Peers));
        await RefusedAsync(instance, channel => channel.QueueDeclareAsync("folder2", true, false, false));
        await Access.RevokeAsync(_instance, default);
    }

    [Fact]
    public async Task a_source_may_write_the_journal_of_its_migration_and_no_other()
    {
        await using var engine = await EngineChannelAsync();
        var migration = Guid.NewGuid();
        await Access.GrantAsync(Grant with { Writes = migration }, default);
        await using var source = await ConnectAsync();
        var journal = Names.JournalQueue(migration);

        await AllowedAsync(source, channel => channel.QueueDeclareAsync(journal, true, false, false));
        await AllowedAsync(source, channel => channel.QueueBindAsync(journal, Names.Journal, journal));
        await AllowedAsync(source, channel => PublishAsync(channel, Names.Journal, journal));
        await RefusedAsync(source, channel => PublishAsync(channel, Names.Journal, Names.JournalQueue(Guid.NewGuid())));
        await Access.RevokeAsync(_instance, default);
    }

    [Fact]
    public async Task a_revoked_instance_is_thrown_out_and_cannot_come_back_and_what_it_held_is_free()
    {
        await using var engine = await EngineChannelAsync();
        await Access.GrantAsync(Grant, default);
        await using var instance = await ConnectAsync();
        await using var channel = await instance.CreateChannelAsync();
        await channel.QueueDeclareAsync("folder.in", true, false, false);
        await engine.QueuePurgeAsync("folder.in");
        await PublishAsync(engine, "", "folder.in");
        var held = await channel.BasicGetAsync("folder.in", autoAck: false);
        Assert.NotNull(held);

        await Access.RevokeAsync(_instance, default);

        Assert.Equal(1u, (await engine.QueueDeclarePassiveAsync("folder.in")).MessageCount);
        var refused = await Assert.ThrowsAsync<BrokerUnreachableException>(ConnectAsync);
        Assert.IsType<AuthenticationFailureException>(refused.GetBaseException());
        await Assert.ThrowsAnyAsync<Exception>(async () => await channel.BasicAckAsync(held.DeliveryTag, false));
        Assert.Equal(1u, (await engine.QueueDeclarePassiveAsync("folder.in")).MessageCount);
    }

    [Fact]
    public async Task an_instance_that_does_not_answer_is_thrown_out_all_the_same()
    {
        await using var engine = await EngineChannelAsync();
        await Access.GrantAsync(Grant, default);
        await using var wire = new FreezingWire(fixture.Options.Broker);
        await using var instance = await ConnectAsync(wire.Port);
        await using var channel = await instance.CreateChannelAsync();
        await channel.QueueDeclareAsync("folder.in", true, false, false);
        await engine.QueuePurgeAsync("folder.in");
        await PublishAsync(engine, "", "folder.in");
        Assert.NotNull(await channel.BasicGetAsync("folder.in", autoAck: false));
        wire.Freeze();
        var watch = Stopwatch.StartNew();

        await Access.RevokeAsync(_instance, default);

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        Assert.Equal(1u, (await engine.QueueDeclarePassiveAsync("folder.in")).MessageCount);
    }

    private async Task<IChannel> EngineChannelAsync()
    {
        var connection = await new ConnectionFactory { Uri = fixture.Options.Broker }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await SharedExchanges.DeclareAsync(channel, default);
        return channel;
    }

    private Task<IConnection> ConnectAsync() => ConnectAsync(fixture.Options.Broker.Port);

    private Task<IConnection> ConnectAsync(int port) => new ConnectionFactory
    {
        Uri = new UriBuilder(fixture.Options.Broker)
        {
            Port = port,
            UserName = Names.InstanceUser(_instance),
            Password = Credentials.InstancePassword(Credentials.NodeKey(fixture.Options.ClusterKey, "node-a"), _instance),
        }.Uri,
        AutomaticRecoveryEnabled = false,
        RequestedHeartbeat = TimeSpan.FromSeconds(5),
    }.CreateConnectionAsync();

    private static async Task AllowedAsync(IConnection connection, Func<IChannel, Task> act)
    {
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await act(channel);
    }

    private static async Task RefusedAsync(IConnection connection, Func<IChannel, Task> act)
    {
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await Assert.ThrowsAnyAsync<Exception>(() => act(channel));
        Assert.Equal<int?>(Constants.AccessRefused, channel.CloseReason?.ReplyCode);
    }

    private static async Task PublishAsync(IChannel channel, string exchange, string key) =>
        await channel.BasicPublishAsync(exchange, key, mandatory: false, new byte[] { 1 });
}
