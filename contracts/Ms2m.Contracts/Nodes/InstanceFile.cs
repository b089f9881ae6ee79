namespace Ms2m.Contracts;

/// <summary>The file <c>/ms2m/instance.json</c> that the node worker mounts into every instance: the only way for
/// restored memory to learn that it is a copy. A workload reads it before every connection to the broker. Replaced by
/// renaming a new file over it, mode 0600.</summary>
/// <param name="InstanceId">This instance; its control messages come under this routing key.</param>
/// <param name="Workload">The workload it belongs to.</param>
/// <param name="Role">What it is now. Memory with a higher epoch than the file's knows better than the file.</param>
/// <param name="Epoch">Grows with every promotion of the workload.</param>
/// <param name="BrokerUri">Where to connect, with this instance's credentials: a secret. In a pod it holds no password,
/// because everybody who sees the pod sees the file; there the password is derived from <see cref="KeyFile"/>.</param>
/// <param name="MigrationId">For a shadow: the migration whose journal it follows.</param>
public sealed record InstanceFile(
    string InstanceId,
    string Workload,
    InstanceRole Role,
    long Epoch,
    string BrokerUri,
    Guid? MigrationId = null)
{
    /// <summary>When it was let in, by its node's clock, where somebody else may start its container again. A process that was
    /// started later has nothing of its memory, and waits to be let in anew. Absent where nobody else starts it.</summary>
    public DateTimeOffset? LetInAt { get; init; }

    /// <summary>Where a workload finds the file, unless the environment variable MS2M_INSTANCE_FILE names another.</summary>
    public const string DefaultPath = "/ms2m/instance.json";

    /// <summary>Name of the file beside it that holds the workload's key (<see cref="Credentials.WorkloadKey"/>), where the
    /// broker's address has no password.</summary>
    public const string KeyFile = "workload.key";
}
