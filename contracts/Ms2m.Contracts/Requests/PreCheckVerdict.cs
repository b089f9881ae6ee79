using System.Text.Json.Serialization;

namespace Ms2m.Contracts;

/// <summary>What one pre-check says, before anything is touched.</summary>
/// <param name="Check">Its name, such as <c>cpu</c>.</param>
/// <param name="Message">One sentence for a person.</param>
/// <param name="Remedy">What to do; absent where there is nothing to do.</param>
/// <param name="Code">Of the failure, where it stands in the way.</param>
public sealed record PreCheckVerdict(string Check, VerdictLevel Level, string Message, string? Remedy = null, string? Code = null);

[JsonConverter(typeof(JsonStringEnumConverter<VerdictLevel>))]
public enum VerdictLevel
{
    Ok,

    /// <summary>Worth knowing; the migration goes on.</summary>
    Warning,

    /// <summary>It stands in the way.</summary>
    Refusal,
}
