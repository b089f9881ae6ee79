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
        KeepNewest(window);
    }

    public void KeepNewest(int count)
    {
        while (newest.Count > Math.Max(0, count))
        {
            newest.Dequeue();
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
