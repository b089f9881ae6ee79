using System.Collections.Immutable;

namespace Ms2m.Tests.Simulation;

/// <summary>What one controller knows and is about to do.</summary>
internal sealed record ControllerMemory
{
    public View View { get; init; } = View.Empty;

    /// <summary>Decided on a view that may have been old even then; carried out one by one, while the world goes on.</summary>
    public ImmutableList<Write> Planned { get; init; } = [];

    /// <summary>Own creations and deletions that its view does not show yet: it counts no pods before.</summary>
    public ImmutableSortedSet<string> Expected { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
}
