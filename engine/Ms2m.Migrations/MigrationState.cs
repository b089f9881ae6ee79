using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>The fold of a migration's events. Each case allows only what may still happen in it: a
/// <see cref="Committed"/> migration has no way back, because nothing in it names one.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "$case")]
[JsonDerivedType(typeof(NotStarted), nameof(NotStarted))]
[JsonDerivedType(typeof(Queued), nameof(Queued))]
[JsonDerivedType(typeof(Moving), nameof(Moving))]
[JsonDerivedType(typeof(Committed), nameof(Committed))]
[JsonDerivedType(typeof(RollingBack), nameof(RollingBack))]
[JsonDerivedType(typeof(Ended), nameof(Ended))]
public abstract record MigrationState
{
    private MigrationState()
    {
    }

    /// <summary>No event yet.</summary>
    public sealed record NotStarted : MigrationState;

    /// <summary>Accepted, and waiting for its turn. Nothing is touched yet.</summary>
    public sealed record Queued(Facts Facts) : MigrationState;

    /// <summary>The source is the truth; everything done so far can be undone.</summary>
    public sealed record Moving(Facts Facts, ImmutableSortedDictionary<string, StepProgress> Steps) : MigrationState;

    /// <summary>Past the commit point: the shadow is the truth.</summary>
    public sealed record Committed(
        Facts Facts, long Epoch, ImmutableSortedDictionary<string, StepProgress> Steps) : MigrationState;

    /// <summary>The source is the truth; what the migration made is being removed.</summary>
    /// <param name="ToUndo">Names of the steps whose undoing is part of this rollback.</param>
    /// <param name="SourceStopped">Whether the source had been told to stop, so that it must be resumed.</param>
    /// <param name="Way">How far the steps to the commit point had come. Present until the source has been heard of: should
    /// it be dead, the copy is the last one, and the migration goes on from here instead.</param>
    public sealed record RollingBack(
        Facts Facts,
        Failure Reason,
        bool Cancelled,
        bool SourceStopped,
        ImmutableSortedSet<string> ToUndo,
        ImmutableSortedDictionary<string, StepProgress> Steps,
        ImmutableSortedDictionary<string, StepProgress>? Way = null) : MigrationState;

    /// <summary>Nothing more will happen.</summary>
    /// <param name="Facts">Absent when the request was refused before anything was known.</param>
    /// <param name="Kept">As in <see cref="MigrationFailed"/>.</param>
    /// <param name="BeforeCommit">Whether it is certain that the shadow was never promoted.</param>
    public sealed record Ended(Phase Outcome, Facts? Facts, Failure? Reason, bool BeforeCommit = false, bool Kept = false)
        : MigrationState;
}
