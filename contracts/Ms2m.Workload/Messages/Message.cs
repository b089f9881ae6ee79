using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client;

namespace Ms2m.Workload;

/// <summary>One message as the handler sees it. Everything here is the same when the message is replayed elsewhere; a
/// handler that uses nothing else gives the same state there.</summary>
public sealed class Message
{
    private Random? random;
    private IReadOnlyDictionary<string, object?>? headers;

    internal Message(
        string name, ReadOnlyMemory<byte> body, string exchange, string routingKey, IReadOnlyBasicProperties? properties)
    {
        Name = name;
        Body = body;
        Exchange = exchange;
        RoutingKey = routingKey;
        Properties = properties;
    }

    /// <summary><c>id:</c> and the publisher's message id, or <c>digest:</c> and a digest of the whole message.</summary>
    public string Name { get; }

    public ReadOnlyMemory<byte> Body { get; }

    public string Exchange { get; }

    public string RoutingKey { get; }

    /// <summary>The publisher's headers. Texts are strings; what the broker adds on redelivery is left out.</summary>
    public IReadOnlyDictionary<string, object?> Headers => headers ??= MessageHeaders.ForHandler(Properties);

    public string? ContentType => Properties?.ContentType;

    /// <summary>When the source began to handle it. Use this instead of a clock.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds(TimeMs);

    /// <summary>Seeded from the name. Use this instead of any other source of randomness.</summary>
    public Random Random => random ??= new Random(
        BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(Name)).AsSpan(0, 4)));

    internal IReadOnlyBasicProperties? Properties { get; }

    internal long TimeMs { get; set; }
}
