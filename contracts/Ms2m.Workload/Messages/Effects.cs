namespace Ms2m.Workload;

/// <summary>What a handler sends. Kept until the handler has returned: a handler that throws sends nothing. A shadow's
/// effects are dropped, because the source has sent them.</summary>
public sealed class Effects
{
    private readonly string name;
    private List<Effect>? sent;

    internal Effects(string name) => this.name = name;

    /// <summary>Sends a persistent message when the handler has returned. Its id is the handled message's name and a
    /// counter, so that a repeat after a crash can be recognised.</summary>
    public void Send(
        string exchange, string routingKey, ReadOnlyMemory<byte> body,
        string? contentType = null, IReadOnlyDictionary<string, object?>? headers = null)
    {
        sent ??= [];
        sent.Add(new Effect($"{name}/{sent.Count + 1}", exchange, routingKey, body, contentType, headers));
    }

    internal IReadOnlyList<Effect> Sent => sent ?? (IReadOnlyList<Effect>)[];
}

/// <summary>One message that a handler wants sent.</summary>
internal sealed record Effect(
    string Id, string Exchange, string RoutingKey, ReadOnlyMemory<byte> Body,
    string? ContentType, IReadOnlyDictionary<string, object?>? Headers);
