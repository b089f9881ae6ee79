using System.Text.Json.Serialization;

namespace Ms2m.Eval.Chaos;

/// <summary>What goes wrong. Killed is SIGKILL, frozen is SIGSTOP and some seconds later SIGCONT.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Fault>))]
internal enum Fault
{
    EngineKilled,
    SourceWorkerKilled,
    TargetWorkerKilled,
    SourceKilled,
    ShadowKilled,
    BrokerKilled,
    StoreKilled,
    NodesCutOff,
    TargetDiskFull,
    CheckpointCorrupted,
    SourceWorkerFrozen,
    TargetWorkerFrozen,
    RegistryKilled,

    /// <summary>CRIU's, which puts pages where they belong on the target.</summary>
    PageDaemonKilled,
}
