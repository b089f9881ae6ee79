using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>What a shadow remembers: where it stands in the source's order, and what has come from R and J. Entries may
/// come late, twice or in disorder; payloads too. What it applies is the source's order and nothing else.</summary>
internal sealed class ShadowReplay(Guid migrationId, Chain chain)
{
    private readonly Dictionary<long, JournalEntry> entries = [];
    private readonly Dictionary<string, Queue<Message>> payloads = new(StringComparer.Ordinal);

    /// <summary>Applied by this memory's handler as the source, and not known to be sent and journaled.</summary>
    private readonly List<Applied> pending = [];
    private long? missingSince;

    public Guid MigrationId { get; } = migrationId;

    public Chain Chain { get; private set; } = chain;

    public JournalEnd? End { get; private set; }

    public long Replayed { get; private set; }

    /// <summary>Set when the replay cannot go on; it stops for good.</summary>
    public Failure? Broken { get; set; }

    public bool BrokenReported { get; set; }

    public bool CaughtUpReported { get; set; }

    public PromoteShadow? Promotion { get; set; }

    public IReadOnlyList<Applied> Pending => pending;

    /// <summary>Entries that have come and are not applied.</summary>
    public int Lag => entries.Count;

    public bool CaughtUp => End is { } end && Chain.Position == end.LastOrdinal;

    public void AddPending(Applied applied) => pending.Add(applied);

    public void Take(JournalEntry entry)
    {
        if (entry.Ordinal > Chain.Position)
        {
            entries[entry.Ordinal] = entry;
            return;
        }
        // Own memory is past it, and now the source is known to have sent its effects.
        var own = pending.Find(a => a.Ordinal == entry.Ordinal);
        if (own is not null)
        {
            pending.Remove(own);
            Settle(own, entry);
        }
    }

    public void Take(JournalEnd end)
    {
        End = end;
        if (Chain.Position > end.LastOrdinal)
        {
            Broken ??= HandoffFailures.AheadOfSource(Chain.Position, end.LastOrdinal);
        }
    }

    public void TakePayload(Message message)
    {
        if (!payloads.TryGetValue(message.Name, out var same))
        {
            payloads[message.Name] = same = new Queue<Message>();
        }
        same.Enqueue(message);
    }

    /// <summary>The next message in the source's order, when its entry and its payload are here.</summary>
    public Message? Begin()
    {
        if (Broken is not null || !entries.TryGetValue(Chain.Position + 1, out var entry))
        {
            return null;
        }
        var message = entry.Carried ?? TakePayloadOf(entry.Name);
        if (message is null)
        {
            return null;
        }
        message.TimeMs = entry.TimeMs;
        entries.Remove(entry.Ordinal);
        missingSince = null;
        return message;
    }

    public void Finish(Message message)
    {
        Chain = Chain.Append(message.Name, message.Body.Span);
        Replayed++;
        // It may have come once more while its message was in hand.
        entries.Remove(Chain.Position);
    }

    /// <summary>A handler that the freeze caught in the middle has finished here too, as it did or will at the source.</summary>
    public void FinishCaught(Applied applied)
    {
        Chain = Chain.Append(applied.Name, applied.Message.Body.Span);
        applied.Ordinal = Chain.Position;
        if (entries.Remove(Chain.Position, out var entry))
        {
            Settle(applied, entry);
        }
        else
        {
            pending.Add(applied);
        }
        if (End is { } end)
        {
            Take(end);
        }
    }

    /// <summary>A named payload that does not come means that R was bound too late for it.</summary>
    public void CheckDeadline(long nowMs, long deadlineMs)
    {
        if (Broken is not null || entries.Count == 0)
        {
            missingSince = null;
            return;
        }
        missingSince ??= nowMs;
        if (nowMs - missingSince > deadlineMs)
        {
            Broken = entries.TryGetValue(Chain.Position + 1, out var entry)
                ? HandoffFailures.PayloadMissing(entry.Ordinal, entry.Name, deadlineMs)
                : HandoffFailures.EntryMissing(Chain.Position + 1, deadlineMs);
        }
    }

    public ShadowReplay Clone(Func<Applied, Applied> copy)
    {
        var clone = new ShadowReplay(MigrationId, Chain)
        {
            End = End,
            Replayed = Replayed,
            Broken = Broken,
            BrokenReported = BrokenReported,
            CaughtUpReported = CaughtUpReported,
            Promotion = Promotion,
            missingSince = missingSince,
        };
        foreach (var (ordinal, entry) in entries)
        {
            clone.entries.Add(ordinal, entry);
        }
        foreach (var (name, same) in payloads)
        {
            clone.payloads.Add(name, new Queue<Message>(same));
        }
        clone.pending.AddRange(pending.Select(copy));
        return clone;
    }

    private Message? TakePayloadOf(string name)
    {
        if (!payloads.TryGetValue(name, out var same))
        {
            return null;
        }
        var message = same.Dequeue();
        if (same.Count == 0)
        {
            payloads.Remove(name);
        }
        return message;
    }

    /// <summary>The entry says that the source has sent the effects; nothing is left to do for it here.</summary>
    private void Settle(Applied own, JournalEntry entry)
    {
        (own.EffectsSafe, own.EntrySafe) = (true, true);
        if (own.Name != entry.Name)
        {
            Broken ??= HandoffFailures.OrderDiffers(entry.Ordinal, own.Name, entry.Name);
        }
    }
}
