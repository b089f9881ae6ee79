namespace Ms2m.Publisher;

/// <summary>How much is published, where to, and what the messages look like.</summary>
public sealed record PublisherOptions
{
    public required Uri BrokerUri { get; init; }

    /// <summary>Topic exchange, declared durable.</summary>
    public string Exchange { get; init; } = "orders";

    /// <summary>Publishers at once. Each has a channel of its own, numbers its messages from 1 and waits for each confirm,
    /// so that its order is certain.</summary>
    public int Publishers { get; init; } = 4;

    /// <summary>Of all publishers together, messages a second.</summary>
    public double RatePerSecond { get; init; } = 50;

    /// <summary>Random distances of the same mean instead of equal ones.</summary>
    public bool Poisson { get; init; }

    /// <summary>Stop after so many messages; 0 for no end.</summary>
    public long Count { get; init; }

    /// <summary>Different keys that the orders are about.</summary>
    public int Keys { get; init; } = 1000;

    /// <summary>Bytes of padding in each message.</summary>
    public int PaddingBytes { get; init; } = 200;

    /// <summary>Leave the message id out, as old publishers do; a workload then names messages by digest.</summary>
    public bool OmitMessageIds { get; init; }

    /// <summary>Publishers are named by this and a number. Two fleets of one run need different ones.</summary>
    public string Prefix { get; init; } = "p";

    /// <summary>Where to write the ledger too, one JSON object a line; null for nowhere.</summary>
    public string? LedgerFile { get; init; }
}
