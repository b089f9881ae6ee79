using System.Text.Json.Serialization;

namespace Ms2m.Migrations;

/// <summary>How far one step is.</summary>
/// <param name="Attempt">The attempt that runs, or the one that ended the step.</param>
/// <param name="Status">What became of it.</param>
public sealed record StepProgress(int Attempt, StepStatus Status);

[JsonConverter(typeof(JsonStringEnumConverter<StepStatus>))]
public enum StepStatus
{
    /// <summary>The command is stored for sending, or its event is awaited.</summary>
    Running,

    /// <summary>The attempt failed; another one follows after a pause.</summary>
    Retrying,

    /// <summary>The step's event has come.</summary>
    Done,

    /// <summary>No attempt succeeded, and the migration goes on without it.</summary>
    GivenUp,
}
