namespace Ms2m.Workload;

/// <summary>What was applied and may come again from Q after a reconnect, a promotion or a resume: each is skipped once.
/// A stale expectation would swallow a message, so it ends early.</summary>
internal sealed class ExpectedAgain(int window)
{
    private readonly List<Applied> expected = [];
    private int deliveries;

    public bool IsEmpty => expected.Count == 0;

    public void Expect(IEnumerable<Applied> applied)
    {
        expected.Clear();
        expected.AddRange(applied);
        deliveries = 0;
    }

    /// <summary>A digest may also belong to a further, identical message, which has never been delivered before; so only
    /// the broker's redelivered mark counts there. Ids are the publisher's word that it is the same message; a broker that
    /// crashed may have lost the mark.</summary>
    public Applied? Recognise(string name, bool redelivered)
    {
        if (expected.Count == 0)
        {
            return null;
        }
        if (++deliveries > 2 * window)
        {
            expected.Clear();
            return null;
        }
        var found = expected.FindIndex(a => a.Name == name && (redelivered || !MessageName.IsDigest(name)));
        if (found < 0)
        {
            return null;
        }
        var again = expected[found];
        expected.RemoveAt(found);
        return again;
    }

    public ExpectedAgain Clone(Func<Applied, Applied> copy)
    {
        var clone = new ExpectedAgain(window) { deliveries = deliveries };
        clone.expected.AddRange(expected.Select(copy));
        return clone;
    }
}
