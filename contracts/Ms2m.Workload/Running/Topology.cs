using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Ms2m.Workload;

/// <summary>Queue, exchanges and bindings as the workload's author wants them. Only what is missing is declared: to look
/// takes no right, and to declare takes the right to delete.</summary>
internal sealed class Topology(WorkloadOptions options)
{
    /// <summary>Seen or made before. Part of the frozen memory: a promoted copy need not look again while everybody waits
    /// for it. What somebody has deleted since shows when it is consumed.</summary>
    public bool Declared { get; set; }

    public async Task DeclareAsync(BrokerLink link)
    {
        foreach (var exchange in options.Exchanges)
        {
            if (!await IsThereAsync(link, side => side.ExchangeDeclarePassiveAsync(exchange.Name)))
            {
                await link.Queue.ExchangeDeclareAsync(exchange.Name, exchange.Type, durable: true);
            }
        }
        if (options.DeclareQueue && !await IsThereAsync(link, side => side.QueueDeclarePassiveAsync(options.Queue)))
        {
            await link.Queue.QueueDeclareAsync(
                options.Queue, durable: true, exclusive: false, autoDelete: false, options.QueueArguments.ToDictionary());
        }
        foreach (var binding in options.Bindings)
        {
            await link.Queue.QueueBindAsync(
                options.Queue, binding.Exchange, binding.RoutingKey, binding.Arguments?.ToDictionary());
        }
        Declared = true;
    }

    /// <summary>A look that finds nothing closes its channel, so it has one of its own.</summary>
    private static async Task<bool> IsThereAsync(BrokerLink link, Func<IChannel, Task> look)
    {
        await using var side = await link.SideChannelAsync();
        try
        {
            await look(side);
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }
}
