namespace Ms2m.Contracts;

/// <summary>Engine to target worker: make ready to receive a checkpoint, or refuse. Nothing is changed on the node that
/// <see cref="RemoveInstance"/> does not undo.</summary>
/// <param name="InstanceId">The shadow's instance id and container name.</param>
/// <param name="SourceNode">The node that will send the checkpoint; nobody else may.</param>
/// <param name="Token">Bearer token the sender of the checkpoint will show. A secret.</param>
/// <param name="ExpectedBytes">Resident memory of the source now; refused when this plus a reserve does not fit.</param>
/// <param name="MaxBytes">The transfer is cut off beyond this size.</param>
public sealed record ReserveTarget(
    Guid MigrationId, string Step, int Attempt,
    string InstanceId, WorkloadSpec Spec, string SourceNode, string Token, long ExpectedBytes, long MaxBytes) : IStepMessage
{
    /// <summary>Whether memory follows later, so that the checkpoint holds next to none of <see cref="ExpectedBytes"/>.</summary>
    public bool PostCopy { get; init; }
}

/// <summary>Target worker to engine: ready.</summary>
/// <param name="TransferUrl">Where the checkpoint is to be sent with PUT and the token.</param>
/// <param name="FreeBytes">Space left for checkpoints when this was answered.</param>
public sealed record TargetReserved(
    Guid MigrationId, string Step, int Attempt, string Node, string TransferUrl, long FreeBytes) : IStepMessage;
