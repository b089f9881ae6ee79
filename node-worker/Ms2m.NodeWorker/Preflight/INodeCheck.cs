using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>Looks for one thing that a migration needs or can use.</summary>
public interface INodeCheck
{
    /// <summary>Whether a node without it cannot take part at all.</summary>
    bool IsEssential { get; }

    Task<NodeFeature> LookAsync(CancellationToken cancel);
}
