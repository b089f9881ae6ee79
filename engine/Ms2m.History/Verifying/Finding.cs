using System.Text.Json.Serialization;

namespace Ms2m.History.Verifying;

/// <summary>Something in the log that is not as it must be.</summary>
/// <param name="Rule">Which law is broken: <c>sequence</c>, <c>seal</c>, <c>schema</c>, <c>causation</c>, <c>clock</c>,
/// <c>story</c>, <c>state</c> or <c>read-model</c>.</param>
/// <param name="Version">The event in the migration's stream; absent where it is about the whole of it.</param>
/// <param name="Sequence">The event in the whole log.</param>
public sealed record Finding(
    Severity Severity, string Rule, Guid MigrationId, long? Version, long? Sequence, string? Type, string Message);

[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
public enum Severity
{
    /// <summary>Odd, and explainable: not counted as wrong.</summary>
    Note,

    /// <summary>Wrong.</summary>
    Fault,
}
