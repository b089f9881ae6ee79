using System.Collections.Immutable;

namespace Ms2m.Migrations;

/// <summary>A migration that runs or waits, as far as admission is concerned.</summary>
/// <param name="Since">When it was requested.</param>
public sealed record Place(Guid MigrationId, string SourceNode, string TargetNode, int Priority, DateTimeOffset Since);

/// <summary>Everything admission is decided on. <paramref name="Waiting"/> is in no particular order.</summary>
public sealed record Line(ImmutableArray<Place> Running, ImmutableArray<Place> Waiting, AdmissionLimits Limits)
{
    /// <summary>A cluster in which nothing runs, with the default limits.</summary>
    public static Line Empty { get; } = new([], [], new());

    /// <summary>The line without one migration, wherever it stood.</summary>
    public Line Without(Guid migration) => this with
    {
        Running = Running.RemoveAll(place => place.MigrationId == migration),
        Waiting = Waiting.RemoveAll(place => place.MigrationId == migration),
    };

    /// <summary>The line with one more that waits; where it stood already, it stands anew.</summary>
    public Line WithWaiting(Place place) => Without(place.MigrationId) is var line
        ? line with { Waiting = line.Waiting.Add(place) }
        : this;
}
