using System.Text.Json.Serialization;

namespace Ms2m.Eval.Chaos;

/// <summary>When it goes wrong: the phases of a migration, with the part of Finalizing behind the commit point apart.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Moment>))]
internal enum Moment
{
    Pending,
    Checkpointing,
    Transferring,
    Restoring,
    Replaying,
    Finalizing,
    Committed,

    /// <summary>After a cancel while replaying, when there is most to take back.</summary>
    RollingBack,
}
