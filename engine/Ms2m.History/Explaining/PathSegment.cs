using System.Text.Json.Serialization;
using Ms2m.History.Timelines;
using Ms2m.Migrations;

namespace Ms2m.History.Explaining;

/// <summary>A piece of a migration's critical path: nothing else could have made the migration faster in it.</summary>
/// <param name="Step">The step; absent where the migration waited for something else.</param>
/// <param name="Party">Who had it.</param>
/// <param name="FromMs">Since the migration's first event. Where a piece is known only by its length, such as the way of a
/// message, pieces of one step stand in the order in which they must have come.</param>
/// <param name="Note">What is not certain about it.</param>
public sealed record PathSegment(
    string? Step, int Attempt, Party Party, Phase Phase, WaitingOn WaitingOn, double FromMs, double Ms, string? Note = null)
{
    [JsonIgnore]
    public double ToMs => FromMs + Ms;
}

/// <summary>What is waited for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WaitingOn>))]
public enum WaitingOn
{
    /// <summary>The engine's decision is stored, and its command handed to the broker.</summary>
    StoreCommit,

    /// <summary>The command is on its way out, and the answer on its way back.</summary>
    BrokerHop,

    /// <summary>CRIU holds the source still.</summary>
    Freeze,

    /// <summary>The checkpoint is made while the source runs.</summary>
    Dump,

    /// <summary>The checkpoint's bytes are on their way between the nodes.</summary>
    Network,

    /// <summary>The target's runtime brings the checkpoint back to life.</summary>
    Restore,

    /// <summary>Whoever has the step does anything else.</summary>
    Work,

    /// <summary>The shadow replays what the source has done.</summary>
    Replay,

    /// <summary>The answer waits for the engine, or is being decided upon.</summary>
    Engine,

    /// <summary>The pause between a failed attempt and the next.</summary>
    RetryPause,

    /// <summary>Nobody answered until the deadline.</summary>
    Silence,

    /// <summary>Other migrations were before it.</summary>
    Turn,

    /// <summary>Command, work and answer in one: the log does not tell them apart.</summary>
    CommandWorkAndAnswer,

    /// <summary>The log names nothing that was waited for.</summary>
    Unknown,
}
