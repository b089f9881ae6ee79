namespace Ms2m.Workload;

/// <summary>Applied messages in order, until each one's effects and entry are safe. This is what the frozen memory takes
/// along as pending.</summary>
internal sealed class Unfinished
{
    private readonly LinkedList<Applied> inOrder = new();

    public bool IsEmpty => inOrder.Count == 0;

    public IEnumerable<Applied> All => inOrder;

    public void Add(Applied applied) => inOrder.AddLast(applied);

    public void Clear() => inOrder.Clear();

    /// <summary>The effects of each go out at once; its entry only after its effects are safe and after all entries before
    /// it, so that J never says more than is true.</summary>
    public void Push(List<Act> acts)
    {
        var entriesBefore = true;
        for (var node = inOrder.First; node is not null;)
        {
            var (applied, next) = (node.Value, node.Next);
            if (applied is { EffectsSafe: false, EffectsSent: false })
            {
                applied.EffectsSent = true;
                applied.EffectsSafe = applied.Effects.Count == 0;
                if (!applied.EffectsSafe)
                {
                    acts.Add(new SendEffects(applied));
                }
            }
            if (applied.Ordinal > 0)
            {
                entriesBefore = entriesBefore && applied.EffectsSafe;
                if (entriesBefore && !applied.EntrySent)
                {
                    applied.EntrySent = true;
                    acts.Add(new PublishEntry(applied));
                }
            }
            if (applied.Done)
            {
                inOrder.Remove(node);
            }
            node = next;
        }
    }

    /// <summary>What was on its way when the connection died goes out again, under the same ids and ordinals.</summary>
    public void SendAgain()
    {
        foreach (var applied in inOrder)
        {
            applied.EffectsSent = applied.EffectsSafe;
            applied.EntrySent = applied.EntrySafe;
        }
    }

    /// <summary>The migration is over: nobody reads entries any more.</summary>
    public void ForgetJournal()
    {
        foreach (var applied in inOrder)
        {
            applied.Ordinal = 0;
        }
    }

    public Unfinished Clone(Func<Applied, Applied> copy)
    {
        var clone = new Unfinished();
        foreach (var applied in inOrder)
        {
            clone.Add(copy(applied));
        }
        return clone;
    }
}
