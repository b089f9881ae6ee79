using System.Text.Json.Serialization;
using Ms2m.Migrations;

namespace Ms2m.History.Timelines;

/// <summary>One attempt of one step.</summary>
/// <param name="Party">Who was asked to do it, or was waited for.</param>
/// <param name="Started">Index of the event that started it; absent when its answer came before the engine waited for it.</param>
/// <param name="Ended">Index of the event that ended it; absent while it runs.</param>
/// <param name="ToMs">When it ended; the newest event while it runs.</param>
public sealed record StepSpan(
    string Step,
    int Attempt,
    Party Party,
    Phase Phase,
    int? Started,
    int? Ended,
    double FromMs,
    double ToMs,
    SpanOutcome Outcome)
{
    public double Ms => ToMs - FromMs;
}

[JsonConverter(typeof(JsonStringEnumConverter<SpanOutcome>))]
public enum SpanOutcome
{
    Running,
    Done,

    /// <summary>Whoever had it said that it did not work.</summary>
    Failed,

    /// <summary>Nobody answered until its deadline.</summary>
    Overdue,

    /// <summary>The migration took another way meanwhile.</summary>
    Abandoned,
}
