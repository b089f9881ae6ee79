using Ms2m.Kubernetes.Ownership;

namespace Ms2m.Kubernetes.Tests.Interleavings;

/// <summary>One step of a migration, as far as owners of pods see it.</summary>
internal abstract record Stage
{
    /// <summary>The engine reaches it by the rules, one call at a time.</summary>
    public sealed record Reach(Goal Goal) : Stage;

    /// <summary>A worker makes an instance's pod from the checkpoint; it tries again as long as another has the name.</summary>
    public sealed record Restore(string Instance) : Stage;

    /// <summary>A worker deletes an instance's pod.</summary>
    public sealed record Remove(string Instance) : Stage;
}
