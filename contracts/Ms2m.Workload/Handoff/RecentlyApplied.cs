namespace Ms2m.Workload;

/// <summary>The newest messages applied. An acknowledgement is never answered, so after a lost connection the broker may
/// bring again what was applied and even acknowledged; but never more than one window, since it delivers no further
/// before it has the acknowledgements.</summary>
internal sealed class RecentlyApplied(int window)
{
    private readonly Queue<Applied> newest = new();

    public int Count => newest.Count;

    public IEnumerable<Applied> All => newest;

    public void Add(Applied applied)
    {
        newest.Enqueue(applied);
        while (newest.Count > window)
        {
            newest.Dequeue();
        }
    }

    /// <summary>Only so many of the newest can come again, as far as a broker goes that keeps its word. One that is killed
    /// forgets the acknowledgements it had not written down yet, even of a queue that was left in good order: a message with
    /// an id stays recognisable for the whole window, since the same id is the same message. A digest does not: it may
    /// belong to a new, identical message.</summary>
    public void KeepNewest(int count)
    {
        var surely = newest.Count - Math.Max(0, count);
        for (var left = newest.Count; left > 0; left--, surely--)
        {
            var applied = newest.Dequeue();
            if (surely <= 0 || !MessageName.IsDigest(applied.Name))
            {
                newest.Enqueue(applied);
            }
        }
    }

    public RecentlyApplied Clone(Func<Applied, Applied> copy)
    {
        var clone = new RecentlyApplied(window);
        foreach (var applied in newest)
        {
            clone.newest.Enqueue(copy(applied));
        }
        return clone;
    }
}
