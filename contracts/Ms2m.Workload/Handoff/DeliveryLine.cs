namespace Ms2m.Workload;

/// <summary>A delivery of Q that the broker has not been answered for.</summary>
internal sealed class Delivery
{
    public required ulong Tag { get; init; }

    /// <summary>Absent for a fence.</summary>
    public Message? Message { get; init; }

    public Guid? Fence { get; init; }

    public bool Carry { get; init; }

    /// <summary>Set when it was applied, now or in a former delivery.</summary>
    public Applied? Outcome { get; set; }

    public bool NeedsHandler => Message is not null && Outcome is null;

    public Delivery Clone(Func<Applied, Applied> copy) => new()
    {
        Tag = Tag,
        Message = Message,
        Fence = Fence,
        Carry = Carry,
        Outcome = Outcome is null ? null : copy(Outcome),
    };
}

/// <summary>Deliveries of the current connection in the order the broker sent them. They are answered in that order, so
/// one acknowledgement can stand for many.</summary>
internal sealed class DeliveryLine
{
    private readonly Queue<Delivery> waiting = new();
    private readonly Queue<Delivery> unsettled = new();

    /// <summary>Delivered, and no handler has begun.</summary>
    public IReadOnlyCollection<Delivery> Waiting => waiting;

    public void Add(Delivery delivery) => waiting.Enqueue(delivery);

    public Delivery? Next => waiting.TryPeek(out var next) ? next : null;

    /// <summary>Takes the next one in hand; its answer follows when it is done.</summary>
    public Delivery Begin()
    {
        var next = waiting.Dequeue();
        unsettled.Enqueue(next);
        return next;
    }

    public void Settle(List<Act> acts)
    {
        while (unsettled.TryPeek(out var first) && (first.Message is null || first.Outcome is { Done: true }))
        {
            unsettled.Dequeue();
            acts.Add(first.Outcome is { Failed: true } ? new Reject(first.Tag) : new Acknowledge(first.Tag));
        }
    }

    public void Clear()
    {
        waiting.Clear();
        unsettled.Clear();
    }

    public DeliveryLine Clone(Func<Delivery, Delivery> copy)
    {
        var clone = new DeliveryLine();
        foreach (var delivery in waiting)
        {
            clone.waiting.Enqueue(copy(delivery));
        }
        foreach (var delivery in unsettled)
        {
            clone.unsettled.Enqueue(copy(delivery));
        }
        return clone;
    }
}
