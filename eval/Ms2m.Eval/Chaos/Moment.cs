using System.Text.Json.Serialization;

namespace Ms2m.Eval.Chaos;

/// <summary>When it goes wrong: the phases of a migration, and apart from them what only some ways to move have, and what lies
/// behind the commit point.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Moment>))]
internal enum Moment
{
    Pending,

    /// <summary>Memory goes ahead while the workload runs: by delta.</summary>
    PreCopying,
    Checkpointing,

    /// <summary>By a registry: the source pushes.</summary>
    Transferring,

    /// <summary>By a registry: the target has begun to fetch.</summary>
    Pulling,
    Restoring,
    Replaying,
    Finalizing,
    Committed,

    /// <summary>Post-copy: the copy serves, and its memory comes.</summary>
    FetchingPages,

    /// <summary>After a cancel while replaying, when there is most to take back; where nothing is replayed, while restoring.</summary>
    RollingBack,
}
