using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>Something the pure part wants done on the broker. Acts are done in their order; when one fails the connection
/// is given up and the pure part is told <see cref="Instance.LinkLost"/>.</summary>
internal abstract record Act;

/// <summary>Acknowledge this delivery of Q; all before it have been answered or asked to be.</summary>
internal sealed record Acknowledge(ulong Tag) : Act;

/// <summary>Acknowledge this delivery alone: earlier ones are still unanswered.</summary>
internal sealed record AcknowledgeAlone(ulong Tag) : Act;

/// <summary>Send this delivery to the dead letters.</summary>
internal sealed record Reject(ulong Tag) : Act;

/// <summary>Publish the effects, each confirmed; then <see cref="Instance.EffectsSafe"/>.</summary>
internal sealed record SendEffects(Applied Applied) : Act;

/// <summary>Publish the journal entry; when confirmed, <see cref="Instance.EntrySafe"/>.</summary>
internal sealed record PublishEntry(Applied Applied) : Act;

/// <summary>Declare J; then <see cref="Instance.JournalDeclared"/>.</summary>
internal sealed record DeclareJournal(string Queue) : Act;

/// <summary>Consume Q; then <see cref="Instance.QueueConsumed"/>.</summary>
internal sealed record ConsumeQueue : Act;

/// <summary>Stop the flow from Q; what has been delivered stays.</summary>
internal sealed record CancelQueue : Act;

/// <summary>Return every unanswered delivery to Q, wait until the broker has it; then <see cref="Instance.QueueReturned"/>.</summary>
internal sealed record ReturnDeliveries : Act;

/// <summary>Publish the closing entry (not on a repeat) and answer <see cref="JournalClosed"/>; when the entry is confirmed
/// <see cref="Instance.CloseSafe"/>.</summary>
internal sealed record CloseJournal(
    QuiesceSource Command, string Queue, long LastOrdinal, string ChainDigest, int Unsettled, bool Repeat) : Act;

/// <summary>Consume R and J of this migration.</summary>
internal sealed record FollowReplay(Guid MigrationId) : Act;

/// <summary>Find out whether J is empty: stop its flow, count what is left; then <see cref="Instance.JournalCounted"/>.</summary>
internal sealed record CountJournal(Guid MigrationId) : Act;

/// <summary>Consume J on after a count.</summary>
internal sealed record FollowJournal(Guid MigrationId) : Act;

/// <summary>Stop consuming R and J.</summary>
internal sealed record StopReplay : Act;

/// <summary>Report to the engine that the last entry was applied, with the digest of the state as it is now.</summary>
internal sealed record ReportCaughtUp(Guid MigrationId, long LastOrdinal, string ChainDigest) : Act;

/// <summary>Tell the engine.</summary>
internal sealed record Report(IMigrationMessage Message) : Act;

/// <summary>Tell another instance, through the control exchange.</summary>
internal sealed record TellInstance(string InstanceId, IMigrationMessage Message) : Act;

/// <summary>A line for people.</summary>
internal sealed record Note(string Text) : Act;
