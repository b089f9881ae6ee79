namespace Ms2m.Contracts;

/// <summary>Engine to target worker: restore the received checkpoint as a shadow. The worker writes the instance file
/// (role shadow, this migration) before the first restored instruction runs.</summary>
/// <param name="InstanceId">The shadow.</param>
/// <param name="Epoch">The source's epoch; the shadow is not promoted yet.</param>
/// <param name="Digest">The archive must have this SHA-256 digest.</param>
public sealed record RestoreShadow(
    Guid MigrationId, string Step, int Attempt,
    string InstanceId, WorkloadSpec Spec, long Epoch, string Digest) : IStepMessage
{
    /// <summary>Whether its open connections are restored, not closed. It hears and says nothing before
    /// <see cref="ActivateInstance"/> puts it on its network.</summary>
    public bool KeepsConnections { get; init; }

    /// <summary>Whether most of its memory is still at the source; see <see cref="CollectPages"/>.</summary>
    public bool PostCopy { get; init; }
}

/// <summary>Target worker to engine: the shadow's processes run.</summary>
/// <param name="RestoreMs">From the command's arrival until they ran.</param>
public sealed record ShadowReady(
    Guid MigrationId, string Step, int Attempt, string Node, string InstanceId, double RestoreMs) : IStepMessage;
