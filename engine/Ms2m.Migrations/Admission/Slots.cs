namespace Ms2m.Migrations;

/// <summary>Counts slots while the waiting are gone through in their order.</summary>
internal sealed class Slots
{
    private readonly AdmissionLimits _limits;
    private readonly Dictionary<string, int> _outgoing = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _incoming = new(StringComparer.Ordinal);
    private readonly HashSet<string> _keptOutgoing = new(StringComparer.Ordinal);
    private readonly HashSet<string> _keptIncoming = new(StringComparer.Ordinal);
    private int _total;

    public Slots(Line line)
    {
        _limits = line.Limits;
        foreach (var place in line.Running)
        {
            Take(place);
        }
    }

    /// <summary>Takes the slots that a migration needs, or none.</summary>
    public bool TryTake(Place place, DateTimeOffset now)
    {
        if (Obstacle(place) is null)
        {
            Take(place);
            return true;
        }

        if (now - place.Since >= Admission.Patience)
        {
            Keep(place);
        }

        return false;
    }

    /// <summary>What a migration waits for, in words; null when it need not wait.</summary>
    public string? Obstacle(Place place) =>
        _total >= _limits.Total ? "a free slot in the cluster"
        : _outgoing.GetValueOrDefault(place.SourceNode) >= _limits.Outgoing ? $"a free slot to leave {place.SourceNode}"
        : _incoming.GetValueOrDefault(place.TargetNode) >= _limits.Incoming ? $"a free slot to come to {place.TargetNode}"
        : null;

    private void Take(Place place)
    {
        _total++;
        Add(_outgoing, place.SourceNode);
        Add(_incoming, place.TargetNode);
    }

    // One slot of a node is kept at most, and for the first who wants it: more would leave room unused for no gain. No
    // slot of the cluster is kept: the last of the two nodes to become free does so by the end of a migration, which
    // frees one of the cluster's at the same moment.
    private void Keep(Place place)
    {
        if (_keptOutgoing.Contains(place.SourceNode) || _keptIncoming.Contains(place.TargetNode))
        {
            return;
        }

        _keptOutgoing.Add(place.SourceNode);
        _keptIncoming.Add(place.TargetNode);
        Add(_outgoing, place.SourceNode);
        Add(_incoming, place.TargetNode);
    }

    private static void Add(Dictionary<string, int> counts, string node) =>
        counts[node] = counts.GetValueOrDefault(node) + 1;
}
