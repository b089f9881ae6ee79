using Ms2m.Contracts;
using RabbitMQ.Client;

namespace Ms2m.Engine.Broker;

/// <summary>Exchanges that instances use and may not declare: whoever may declare an exchange may delete it too.</summary>
internal static class SharedExchanges
{
    public static async Task DeclareAsync(IChannel channel, CancellationToken token)
    {
        await DeclareAsync(channel, Names.Control, ExchangeType.Direct, token);
        await DeclareAsync(channel, Names.Peers, ExchangeType.Direct, token);
        await DeclareAsync(channel, Names.Journal, ExchangeType.Topic, token);
    }

    private static Task DeclareAsync(IChannel channel, string name, string type, CancellationToken token) =>
        channel.ExchangeDeclareAsync(name, type, durable: true, cancellationToken: token);
}
