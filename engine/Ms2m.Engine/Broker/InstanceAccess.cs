using Ms2m.Contracts;
using RabbitMQ.Client.Exceptions;

namespace Ms2m.Engine.Broker;

/// <summary>Sees by its control queue whether an instance still has a connection.</summary>
public sealed class InstanceAccess(BrokerConnection broker) : IInstanceAccess
{
    public async Task RevokeAsync(string instanceId, CancellationToken token)
    {
        try
        {
            await using var channel = await broker.ChannelAsync(token);
            if (await channel.ConsumerCountAsync(Names.ControlQueue(instanceId), token) > 0)
            {
                throw new InvalidOperationException($"The instance {instanceId} still has a connection to the broker.");
            }
        }
        catch (OperationInterruptedException gone) when (gone.ShutdownReason?.ReplyCode == 404)
        {
            // The queue goes with its last consumer, or with the migration.
        }
    }
}
