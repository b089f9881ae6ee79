namespace Ms2m.Workload;

/// <summary>One entry of J.</summary>
/// <param name="Ordinal">1 for the first message applied after the journal was opened.</param>
/// <param name="Name">Of the message.</param>
/// <param name="TimeMs">What the handler was given as its time.</param>
/// <param name="Carried">The message itself; absent when it is in R.</param>
internal sealed record JournalEntry(long Ordinal, string Name, long TimeMs, Message? Carried);

/// <summary>The last entry of J.</summary>
/// <param name="LastOrdinal">N.</param>
/// <param name="Unsettled">How many of the newest entries' messages may come again from Q.</param>
internal sealed record JournalEnd(long LastOrdinal, int Unsettled);
