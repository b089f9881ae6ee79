using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>What was looked for on this node and found or not. Looking takes a good part of a second of processor time,
/// so it is done seldom, and more often only while something essential is missing.</summary>
public sealed class NodeFeatures(IEnumerable<INodeCheck> checks, TimeProvider time)
{
    private static readonly TimeSpan WhenAllIsWell = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan WhenNot = TimeSpan.FromSeconds(15);

    private readonly INodeCheck[] _checks = [.. checks];
    private IReadOnlyList<NodeFeature> _found = [];
    private NodeFeature? _missing;
    private long? _looked;

    public IReadOnlyList<NodeFeature> Found => Volatile.Read(ref _found);

    /// <summary>The first essential thing that is not there.</summary>
    public NodeFeature? FirstMissing() => Volatile.Read(ref _missing);

    public async Task LookAsync(CancellationToken cancel)
    {
        var patience = FirstMissing() is null ? WhenAllIsWell : WhenNot;
        if (_looked is { } at && time.GetElapsedTime(at) < patience)
            return;
        var found = new List<NodeFeature>();
        NodeFeature? missing = null;
        foreach (var check in _checks)
        {
            var feature = await LookAsync(check, cancel);
            found.Add(feature);
            if (check.IsEssential && !feature.Available)
                missing ??= feature;
        }
        Volatile.Write(ref _found, found);
        Volatile.Write(ref _missing, missing);
        _looked = time.GetTimestamp();
    }

    private static async Task<NodeFeature> LookAsync(INodeCheck check, CancellationToken cancel)
    {
        try
        {
            return await check.LookAsync(cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            // A check with a defect must not silence the node: silence is taken for its death.
            return new NodeFeature(check.GetType().Name, false, $"the check failed: {e.Message}");
        }
    }
}
