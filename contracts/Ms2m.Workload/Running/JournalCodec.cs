using RabbitMQ.Client;

namespace Ms2m.Workload;

/// <summary>Journal entries as AMQP messages.</summary>
internal static class JournalCodec
{
    private const string Named = "named";
    private const string Carried = "carried";
    private const string Close = "close";

    /// <summary>Headers by which the broker would route a carried message on to other queues.</summary>
    private static readonly string[] RoutingHeaders = ["CC", "BCC"];
    private static readonly long EarliestMs = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long LatestMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private const string KeptPrefix = "ms2m-kept-";

    public static (BasicProperties Properties, ReadOnlyMemory<byte> Body) Write(Applied applied)
    {
        var message = applied.Message;
        var properties = applied.Carried && message.Properties is { } original
            ? new BasicProperties(original) : new BasicProperties();
        var headers = applied.Carried ? Kept(properties.Headers) : new Dictionary<string, object?>();
        headers[Headers.Ordinal] = applied.Ordinal;
        headers[Headers.Name] = applied.Name;
        headers[Headers.Kind] = applied.Carried ? Carried : Named;
        headers[Headers.Time] = message.TimeMs;
        properties.Headers = headers;
        properties.Persistent = true;
        if (!applied.Carried)
        {
            return (properties, ReadOnlyMemory<byte>.Empty);
        }
        headers[Headers.RoutingKey] = message.RoutingKey;
        headers[Headers.Exchange] = message.Exchange;
        // An entry must not expire, and the broker refuses a user id other than the publishing connection's.
        properties.ClearExpiration();
        properties.ClearUserId();
        return (properties, message.Body);
    }

    public static BasicProperties WriteEnd(CloseJournal close, string? stateDigest)
    {
        var headers = new Dictionary<string, object?>
        {
            [Headers.Ordinal] = close.LastOrdinal,
            [Headers.Kind] = Close,
            [Headers.ChainDigest] = close.ChainDigest,
            [Headers.Unsettled] = (long)close.Unsettled,
        };
        if (stateDigest is not null)
        {
            headers[Headers.StateDigest] = stateDigest;
        }
        return new BasicProperties { Persistent = true, Headers = headers };
    }

    /// <summary>Both null when it is no journal entry.</summary>
    public static (JournalEntry? Entry, JournalEnd? End) Read(IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body)
    {
        if (MessageHeaders.Number(properties, Headers.Ordinal) is not { } ordinal)
        {
            return default;
        }
        if (MessageHeaders.Text(properties, Headers.Kind) == Close)
        {
            return (null, new JournalEnd(ordinal, (int)Math.Clamp(
                MessageHeaders.Number(properties, Headers.Unsettled) ?? 0, 0, int.MaxValue)));
        }
        var name = MessageHeaders.Text(properties, Headers.Name) ?? "";
        // A time that no calendar has would stop every handler that asks for it.
        var time = Math.Clamp(MessageHeaders.Number(properties, Headers.Time) ?? 0, EarliestMs, LatestMs);
        var carried = MessageHeaders.Text(properties, Headers.Kind) == Carried
            ? new Message(
                name, body.ToArray(), MessageHeaders.Text(properties, Headers.Exchange) ?? "",
                MessageHeaders.Text(properties, Headers.RoutingKey) ?? "", Restored(properties))
            : null;
        return (new JournalEntry(ordinal, name, time, carried), null);
    }

    private static Dictionary<string, object?> Kept(IDictionary<string, object?>? original)
    {
        var kept = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in original ?? new Dictionary<string, object?>())
        {
            kept[RoutingHeaders.Contains(name) ? KeptPrefix + name : name] = value;
        }
        return kept;
    }

    private static BasicProperties Restored(IReadOnlyBasicProperties properties)
    {
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in properties.Headers!)
        {
            headers[name.StartsWith(KeptPrefix, StringComparison.Ordinal) ? name[KeptPrefix.Length..] : name] = value;
        }
        return new BasicProperties(properties) { Headers = headers };
    }
}
