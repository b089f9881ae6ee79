namespace Ms2m.Kubernetes.Resources;

/// <summary>A migration asked for with <c>kubectl apply</c>; docs/kubernetes.md describes the fields. The event log is the
/// truth, <see cref="Status"/> what could be seen of it.</summary>
public sealed record StatefulMigration : KubernetesObject
{
    public StatefulMigrationSpec? Spec { get; init; }

    public StatefulMigrationStatus? Status { get; init; }
}

public sealed record StatefulMigrationSpec : Part
{
    public string SourcePod { get => field ?? ""; init; }

    public string? ContainerName { get; init; }

    public string TargetNode { get => field ?? ""; init; }

    public string? CheckpointImageRepository { get; init; }

    public int? ReplayCutoffSeconds { get; init; }

    public MessageQueueConfig? MessageQueueConfig { get; init; }

    public string? MigrationStrategy { get; init; }

    public string? TransferMode { get; init; }

    public PreDumpConfig? PreDumpConfig { get; init; }
}

public sealed record MessageQueueConfig : Part
{
    public string? QueueName { get; init; }

    /// <summary>Compared with the engine's own broker, which is the one that is used.</summary>
    public string? BrokerUrl { get; init; }

    public SecretKeyReference? BrokerUrlSecretRef { get; init; }

    public string? ExchangeName { get; init; }

    public string? RoutingKey { get; init; }
}

public sealed record SecretKeyReference : Part
{
    public required string Name { get; init; }

    public required string Key { get; init; }
}

public sealed record PreDumpConfig : Part
{
    public bool Enabled { get; init; }

    public int? IntervalSeconds { get; init; }
}

public sealed record StatefulMigrationStatus : Part
{
    public string? Phase { get; init; }

    public long? ObservedGeneration { get; init; }

    public string? MigrationId { get; init; }

    /// <summary>Milliseconds, by the phase's name.</summary>
    public IReadOnlyDictionary<string, long>? PhaseTimings { get; init; }

    /// <summary>The Deployment whose pod was moved; absent for other owners.</summary>
    public string? DeploymentName { get; init; }

    public int? PreDumpCount { get; init; }

    public IReadOnlyList<Condition>? Conditions { get; init; }
}
