using Ms2m.Contracts;

namespace Ms2m.Cli.Api;

/// <summary>An instance of a workload.</summary>
/// <param name="MigrationId">The migration that moves it just now.</param>
/// <param name="Answering">Absent while the engine does not know.</param>
public sealed record WorkloadView(
    string Name,
    string? Node,
    string? InstanceId,
    string? Role,
    long Epoch,
    string? State,
    long MemoryBytes,
    string? Image,
    string? Queue,
    Guid? MigrationId,
    bool? Answering = null,
    DateTimeOffset? SilentSince = null,
    string? SilentBecause = null,
    IReadOnlyList<StandbyView>? Standby = null);

/// <summary>What a standby node knows of a workload's memory.</summary>
/// <param name="AgeMs">Absent where it knows nothing.</param>
public sealed record StandbyView(string Node, int EverySeconds, double? AgeMs, long? Bytes, long? SentBytes, Failure? Problem);

/// <summary>Asks for a workload to be run.</summary>
public sealed record RunRequest(
    string Name, string Node, string Image, string? Queue, IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<string>? Publishes = null, IReadOnlyList<string>? Binds = null)
{
    public IReadOnlyList<string>? Command { get; init; }

    public WorkloadAddress? Address { get; init; }

    public IReadOnlyList<WorkloadVolume>? Volumes { get; init; }

    public WorkloadTraits? Traits { get; init; }
}
