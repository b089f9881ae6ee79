namespace Ms2m.Contracts;

/// <summary>Engine to source worker, before the checkpoint that counts: bring the target as much of the memory as pays
/// while the workload runs. What fails here only makes the later transfer longer, so the step itself does not fail.</summary>
/// <param name="InstanceId">The source instance.</param>
/// <param name="TargetNode">As in <see cref="TakeCheckpoint"/>, and so the others.</param>
/// <param name="Token">A secret.</param>
public sealed record PreCopy(
    Guid MigrationId, string Step, int Attempt,
    string InstanceId, string TargetNode, string TransferUrl, string Token, long MaxBytes) : IStepMessage
{
    public TransferOptions Transfer { get; init; } = new();
}

/// <summary>Source worker to engine: another round would not pay.</summary>
/// <param name="Rounds">In order; empty where the target had a base already that is good enough.</param>
/// <param name="StoppedBecause">Why no further round follows, for people.</param>
public sealed record PreCopied(
    Guid MigrationId, string Step, int Attempt, string Node,
    IReadOnlyList<PreCopyRound> Rounds, string StoppedBecause) : IStepMessage
{
    /// <summary>Rounds of its volumes, in order; absent when none went ahead.</summary>
    public IReadOnlyList<VolumeRound>? Volumes { get; init; }

    /// <summary>Why no further round of volumes follows, for people; absent when there are none.</summary>
    public string? VolumesStoppedBecause { get; init; }

    /// <summary>Why the rounds of memory do not end with a pre-dump, so that the checkpoint will be written as a whole, for people;
    /// absent when they do, and when only volumes went ahead.</summary>
    public string? NoPreDumpBecause { get; init; }
}

/// <summary>One round of copying volumes while the workload runs.</summary>
/// <param name="Bytes">What the volumes take.</param>
/// <param name="WireBytes">What went over the wire.</param>
/// <param name="Ms">From its begin until the target had all of it.</param>
public sealed record VolumeRound(long Bytes, long WireBytes, double Ms);

/// <summary>One round of copying memory while the workload runs.</summary>
/// <param name="Bytes">Size of the whole checkpoint.</param>
/// <param name="WireBytes">Of which went over the wire.</param>
/// <param name="FrozenMs">How long the processes stood still for it; absent when unknown.</param>
/// <param name="Ms">From its begin until the target had confirmed it.</param>
public sealed record PreCopyRound(long Bytes, long WireBytes, double? FrozenMs, double Ms)
{
    /// <summary>It was a pre-dump by CRIU: what has not changed since need not be written while the processes stand still for the
    /// checkpoint.</summary>
    public bool IsPreDump { get; init; }
}
