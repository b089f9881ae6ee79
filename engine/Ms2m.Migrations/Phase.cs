using System.Text.Json.Serialization;

namespace Ms2m.Migrations;

/// <summary>Where a migration is, in the words that users of this field know.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Phase>))]
public enum Phase
{
    Pending,
    Checkpointing,
    Transferring,
    Restoring,
    Replaying,
    Finalizing,
    RollingBack,
    Completed,
    RolledBack,
    Failed,
    Cancelled,
    Rejected,
}
