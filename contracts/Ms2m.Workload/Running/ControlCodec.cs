using System.Text.Json;
using Ms2m.Contracts;
using RabbitMQ.Client;

namespace Ms2m.Workload;

/// <summary>Control messages and reports: plain JSON with the type in a header.</summary>
internal static class ControlCodec
{
    private static readonly Dictionary<string, Type> Commands = new[]
    {
        typeof(PrepareSource), typeof(QuiesceSource), typeof(ResumeSource), typeof(PromoteShadow),
        typeof(FenceSeenElsewhere),
    }.ToDictionary(Headers.Urn, StringComparer.Ordinal);

    /// <summary>The command, or why it cannot be obeyed. Whatever comes, the workload goes on.</summary>
    /// <param name="exchange">Who may publish to it is the broker's business: to the control exchange only the engine.</param>
    public static (object? Command, string Why) Read(string exchange, string? urn, ReadOnlySpan<byte> body)
    {
        // A sender may name what the message also is (its interfaces) after a semicolon; the type itself comes first.
        if (urn is null || !Commands.TryGetValue(urn.Split(';')[0], out var type))
        {
            return (null, $"its type {urn ?? "(none)"} is unknown");
        }
        if (exchange != Names.Control && !(exchange == Names.Peers && type == typeof(FenceSeenElsewhere)))
        {
            return (null, $"{type.Name} is not obeyed from the exchange \"{exchange}\"");
        }
        try
        {
            var command = JsonSerializer.Deserialize(body, type, ContractJson.Options);
            return command is IMigrationMessage { MigrationId: var id } && id != Guid.Empty
                ? Complete(command)
                : (null, "it names no migration");
        }
        // A text with half a surrogate pair is an InvalidOperationException.
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException)
        {
            return (null, e.Message);
        }
    }

    public static (BasicProperties Properties, ReadOnlyMemory<byte> Body) Write(IMigrationMessage message)
    {
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            MessageId = Guid.NewGuid().ToString(),
            Persistent = true,
            Headers = new Dictionary<string, object?> { [Headers.MessageType] = Headers.Urn(message.GetType()) },
        };
        return (properties, JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), ContractJson.Options));
    }

    private static (object? Command, string Why) Complete(object command) => command switch
    {
        PrepareSource { JournalQueue: null or "" } => (null, "it names no journalQueue"),
        IStepMessage { Step: null or "" } => (null, "it names no step"),
        _ => (command, ""),
    };
}
