namespace Ms2m.Contracts;

/// <summary>Engine to itself: the source's pod gives its name away, so that another pod can have it. Its owner is told not to
/// make a new one meanwhile.</summary>
/// <param name="InstanceId">The source, which has said its last word and whose checkpoint is at the target.</param>
public sealed record ReleaseName(Guid MigrationId, string Step, int Attempt, string InstanceId, WorkloadSpec Spec) : IStepMessage
{
    /// <summary>Of a release that is taken back: a source whose pod has not begun to go keeps it, and its name. One that goes
    /// is waited for, so that it can be restored under the name.</summary>
    public bool UnlessItStays { get; init; }
}

/// <summary>There is no pod of that name, and nobody makes one; or the source's stays, and nobody ends it.</summary>
public sealed record NameReleased(Guid MigrationId, string Step, int Attempt) : IStepMessage;
