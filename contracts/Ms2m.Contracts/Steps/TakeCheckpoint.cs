namespace Ms2m.Contracts;

/// <summary>Engine to source worker: checkpoint the instance, leave it running, and stream the archive to the target
/// while it is made. Answered by <see cref="CheckpointTaken"/> and then <see cref="TransferCompleted"/>.</summary>
/// <param name="InstanceId">The source instance.</param>
/// <param name="TargetNode">The node that must answer at <paramref name="TransferUrl"/>.</param>
/// <param name="TransferUrl">From <see cref="TargetReserved"/>.</param>
/// <param name="Token">Bearer token for <paramref name="TransferUrl"/>. A secret.</param>
/// <param name="MaxBytes">Give up beyond this size.</param>
public sealed record TakeCheckpoint(
    Guid MigrationId, string Step, int Attempt,
    string InstanceId, string TargetNode, string TransferUrl, string Token, long MaxBytes) : IStepMessage
{
    public TransferOptions Transfer { get; init; } = new();

    /// <summary>Whether the instance stays frozen, and cut off from its network, once it is dumped. Only
    /// <see cref="ThawInstance"/> lets it run again.</summary>
    public bool StaysFrozen { get; init; }

    /// <summary>Whether its open connections are to be restored, not closed.</summary>
    public bool KeepsConnections { get; init; }

    /// <summary>Whether most of the memory stays where it is, and is handed over page by page until the instance is
    /// thawed or removed. Only for one that stays frozen.</summary>
    public bool PostCopy { get; init; }
}

/// <summary>Source worker to engine: the memory is on its way and the source runs on.</summary>
/// <param name="FrozenMs">How long the processes stood still, as CRIU says; absent when unknown.</param>
/// <param name="DumpMs">From the command's arrival until the dump was complete.</param>
public sealed record CheckpointTaken(
    Guid MigrationId, string Step, int Attempt, string Node, double? FrozenMs, double DumpMs) : IStepMessage
{
    /// <summary>Of the checkpoint what a pre-dump had written already; absent when it was written as a whole.</summary>
    public long? PreDumpedBytes { get; init; }
}

/// <summary>Source worker to engine: the target has confirmed every byte. Its step is
/// <see cref="StepNames.SendCheckpoint"/>.</summary>
/// <param name="Bytes">Length of the archive.</param>
/// <param name="Digest">SHA-256 of the archive, lower-case hexadecimal; computed on both sides.</param>
/// <param name="TransferMs">From the first byte to the target's confirmation.</param>
public sealed record TransferCompleted(
    Guid MigrationId, string Step, int Attempt, string Node, long Bytes, string Digest, double TransferMs) : IStepMessage
{
    /// <summary>What went over the wire for it; absent when unknown.</summary>
    public long? WireBytes { get; init; }

    /// <summary>What went over the wire for volumes while the workload stood still; absent when they are part of the
    /// archive, or there are none.</summary>
    public long? VolumeWireBytes { get; init; }
}

/// <summary>Engine to source worker: forget the checkpoint and stop any transfer of it.</summary>
public sealed record DiscardCheckpoint(Guid MigrationId, string Step, int Attempt) : IStepMessage;

/// <summary>Source worker to engine: nothing of the checkpoint is left on the node.</summary>
public sealed record CheckpointDiscarded(Guid MigrationId, string Step, int Attempt, string Node) : IStepMessage;
