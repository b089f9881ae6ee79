using System.Collections.Concurrent;

namespace Ms2m.NodeWorker.Volumes;

/// <summary>What is remembered of the volumes of instances on this node.</summary>
public sealed class VolumeScans
{
    private readonly ConcurrentDictionary<(string Instance, string Destination), VolumeScan> _all = new();

    internal VolumeScan Of(string instance, string destination) => _all.GetOrAdd((instance, destination), _ => new VolumeScan());

    public void Forget(string instance)
    {
        foreach (var key in _all.Keys.Where(key => key.Instance == instance))
            _all.TryRemove(key, out _);
    }
}
