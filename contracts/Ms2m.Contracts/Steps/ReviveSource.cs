namespace Ms2m.Contracts;

/// <summary>Engine to source worker, when rolling back: the source's pod has given its name away and is gone; restore it from
/// the checkpoint that is kept. Harmless when it runs.</summary>
/// <param name="Epoch">Of the source.</param>
/// <param name="Digest">Of the checkpoint.</param>
public sealed record ReviveSource(
    Guid MigrationId, string Step, int Attempt, string InstanceId, WorkloadSpec Spec, long Epoch, string Digest) : IStepMessage
{
    /// <summary>Only say whether it could be done.</summary>
    public bool OnlyAsks { get; init; }
}

/// <summary>Source worker to engine: the source runs, as it stood when its checkpoint was taken; or could, where that was asked.</summary>
public sealed record SourceRevived(Guid MigrationId, string Step, int Attempt, string Node, string InstanceId) : IStepMessage;
