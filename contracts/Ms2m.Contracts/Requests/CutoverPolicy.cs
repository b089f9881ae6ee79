using System.Text.Json.Serialization;

namespace Ms2m.Contracts;

/// <summary>When the shadow takes over.</summary>
/// <param name="MaxInterruptionMs">Longest time in which nobody applies new messages. Smaller waits longer before the
/// cutover. Default 100.</param>
/// <param name="MaxReplayMs">Longest time the shadow may follow before the engine stops waiting for the lag to shrink.
/// Default 120000.</param>
/// <param name="OnOverload">What to do when both limits cannot hold. Default <see cref="OverloadAction.CutOver"/>.</param>
public sealed record CutoverPolicy(
    int MaxInterruptionMs = 100,
    int MaxReplayMs = 120_000,
    OverloadAction OnOverload = OverloadAction.CutOver);

/// <summary>What to do when the lag cannot be drained within the allowed interruption.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OverloadAction>))]
public enum OverloadAction
{
    /// <summary>Cut over at once; the interruption is about one lag's drain.</summary>
    CutOver,

    /// <summary>Give the migration up and leave the source as it is.</summary>
    RollBack,
}
