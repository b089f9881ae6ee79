namespace Ms2m.Engine.Kubernetes.Leading;

/// <summary>Work that one engine does at a time. It may be begun by another at any moment, and by two for a moment where a
/// machine stood still: everything it does may be done twice.</summary>
public interface ILeaderDuty
{
    /// <summary>Until cancelled. A failure is told, and it is begun anew.</summary>
    Task RunAsync(CancellationToken leading);
}
