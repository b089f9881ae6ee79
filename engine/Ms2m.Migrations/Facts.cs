using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>What the events so far have told about one migration.</summary>
/// <param name="Request">What is moved, from where, to where.</param>
public sealed record Facts(MigrationRequested Request)
{
    /// <summary>Where the target receives the checkpoint.</summary>
    public string? TransferUrl { get; init; }

    /// <summary>SHA-256 of the archive that arrived.</summary>
    public string? Digest { get; init; }

    /// <summary>The source's last word: how far it came.</summary>
    public JournalClosed? Closed { get; init; }

    /// <summary>The shadow's answer to it.</summary>
    public ReplayCaughtUp? CaughtUp { get; init; }

    /// <summary>Whether the source's container is known to have exited.</summary>
    public bool SourceExited { get; init; }

    /// <summary>Whether the shadow's container is known to have exited.</summary>
    public bool ShadowExited { get; init; }

    /// <summary>Whether the shadow has said that it cannot follow the source.</summary>
    public bool ShadowBroken { get; init; }

    /// <summary>Why the migration fails over forward, if it does.</summary>
    public Failure? SourceLost { get; init; }

    /// <summary>Why what the copy still needed can come no more; known only past the commit point.</summary>
    public Failure? MemoryLost { get; init; }

    /// <summary>What draining the lag should take, from the cutover decision.</summary>
    public double PredictedInterruptionMs { get; init; }

    /// <summary>The newest reports of the shadow, oldest first, at most <see cref="ReplayWindow"/>.</summary>
    public ImmutableArray<ReplayProgressed> Replay { get; init; } = [];

    /// <summary>Enough reports for a rate that one slow message does not upset.</summary>
    public const int ReplayWindow = 20;

    /// <summary>Whether nobody can go back to the source.</summary>
    [JsonIgnore]
    public bool SourceGone => SourceExited || SourceLost is not null;

    /// <summary>Whether the target has the state, as a checkpoint or as a shadow.</summary>
    [JsonIgnore]
    public bool CopyAtTarget => Digest is not null && !ShadowExited;

    [JsonIgnore]
    public Guid Id => Request.MigrationId;

    /// <summary>The instance that becomes the workload's active one.</summary>
    [JsonIgnore]
    public string ShadowInstance => Names.ShadowInstance(Request.Spec.Name, Request.MigrationId);
}
