using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>Something that happened, on its way to the one loop that owns the memory. A signal of a connection that is no
/// longer the current one is dropped: it may be older than the freeze.</summary>
internal abstract record Signal(BrokerLink? Link);

internal sealed record Linked(BrokerLink Opened, InstanceFile File, Standing Standing, FileStamp Stamp) : Signal((BrokerLink?)null);

internal sealed record Lost(BrokerLink Of, string Why) : Signal(Of);

internal sealed record RetiredByFile() : Signal((BrokerLink?)null);

internal sealed record RetiredByBroker() : Signal((BrokerLink?)null);

internal sealed record FromQueue(BrokerLink Of, ulong Tag, Message Message, bool Redelivered) : Signal(Of);

internal sealed record FenceFromQueue(BrokerLink Of, ulong Tag, Guid MigrationId, string InstanceId) : Signal(Of);

internal sealed record FromControl(BrokerLink Of, ulong Tag, string Exchange, string? Urn, ReadOnlyMemory<byte> Body, Arrival Arrival) : Signal(Of);

internal sealed record FromJournal(BrokerLink Of, ulong Tag, JournalEntry? Entry, JournalEnd? End) : Signal(Of);

internal sealed record FromReplay(BrokerLink Of, ulong Tag, Message Message) : Signal(Of);

/// <summary>J brings nothing more, and all it has brought stands before this in the mailbox.</summary>
internal sealed record JournalPaused(BrokerLink Of) : Signal(Of);

internal sealed record JournalReady(BrokerLink Of, long Count) : Signal(Of);

internal sealed record ReplayGone(BrokerLink Of, string Why) : Signal(Of);

internal sealed record Confirmed(BrokerLink Of, IReadOnlyList<object> Tokens) : Signal(Of);

internal sealed record HandlerDone(Effects Effects, Exception? Error) : Signal((BrokerLink?)null);

internal sealed record TimePassed() : Signal((BrokerLink?)null);

internal sealed record StopAsked(bool AtOnce) : Signal((BrokerLink?)null);
