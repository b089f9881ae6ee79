using System.Collections.Concurrent;

namespace Ms2m.Engine.Delivery;

/// <summary>The outbox messages that this engine is sending, or has sent and not deleted yet. A repeat of the incoming
/// message, and the sweeper, leave them alone: without this, a repeat that comes within that moment would send copies.
/// Other engines do not see it; copies between engines stay possible, and carry the same ids.</summary>
internal sealed class InFlight
{
    private readonly ConcurrentDictionary<Guid, bool> _ids = new();

    public void Begin(IEnumerable<Guid> ids)
    {
        foreach (var id in ids)
        {
            _ids.TryAdd(id, true);
        }
    }

    public void End(IEnumerable<Guid> ids)
    {
        foreach (var id in ids)
        {
            _ids.TryRemove(id, out _);
        }
    }

    public bool Has(Guid id) => _ids.ContainsKey(id);
}
