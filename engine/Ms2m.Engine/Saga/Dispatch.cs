using MassTransit;
using Ms2m.Contracts;
using Ms2m.Migrations;

namespace Ms2m.Engine.Saga;

/// <summary>Puts the core's messages into the outbox, addressed for the broker.</summary>
public sealed class Dispatch(TransferTokens tokens)
{
    private static readonly Uri _migrations = new($"exchange:{Names.Migrations}");
    private static readonly Uri _brokerTasks = new($"exchange:{Names.BrokerTasks}");
    private static readonly Uri _clusterTasks = new($"exchange:{Names.ClusterTasks}");
    private static readonly Uri _control = new($"exchange:{Names.Control}?type=direct");

    public Task SendAsync(ConsumeContext context, Outgoing outgoing, DateTimeOffset now) => outgoing switch
    {
        Outgoing.ToNode node => SendAsync(context, new Uri($"exchange:{Names.Node(node.Node)}"), WithToken(node.Message)),
        Outgoing.ToInstance instance => SendAsync(context, _control, instance.Message, routingKey: instance.InstanceId),
        Outgoing.ToBroker task => SendAsync(context, _brokerTasks, task.Message, task.Delay),
        Outgoing.ToCluster task => SendAsync(context, _clusterTasks, task.Message),
        Outgoing.AtTime timer => SendAsync(context, _migrations, timer.Message, timer.DueAt - now),
        _ => throw new InvalidOperationException($"No way to send {outgoing}."),
    };

    /// <summary>To another migration than the one that is being decided on.</summary>
    public static Task SendAsync(ConsumeContext context, IMigrationMessage message) =>
        SendAsync(context, _migrations, message, delay: default);

    private object WithToken(IMigrationMessage message) => message switch
    {
        ReserveTarget reserve => reserve with { Token = tokens.For(reserve.MigrationId) },
        PreCopy copy => copy with { Token = tokens.For(copy.MigrationId) },
        TakeCheckpoint take => take with { Token = tokens.For(take.MigrationId) },
        _ => message,
    };

    private static Task SendAsync(
        ConsumeContext context, Uri address, object message, TimeSpan delay = default, string? routingKey = null) =>
        SendAsync(context, address, message, send =>
        {
            if (delay > TimeSpan.Zero)
            {
                send.Delay = delay;
            }

            if (routingKey is not null)
            {
                send.SetRoutingKey(routingKey);
            }
        });

    private static async Task SendAsync(ConsumeContext context, Uri address, object message, Action<SendContext> configure)
    {
        var endpoint = await context.GetSendEndpoint(address);
        await endpoint.Send(message, message.GetType(), Pipe.Execute(configure), context.CancellationToken);
    }
}
