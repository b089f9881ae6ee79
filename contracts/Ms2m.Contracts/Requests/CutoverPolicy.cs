using System.Text.Json.Serialization;

namespace Ms2m.Contracts;

/// <summary>When the shadow takes over.</summary>
/// <param name="MaxInterruptionMs">Longest time in which nobody applies new messages. Smaller waits longer before the
/// cutover. Default 100.</param>
/// <param name="MaxReplayMs">Longest time the shadow may follow before the engine stops waiting for the lag to shrink.
/// Default 120000.</param>
/// <param name="OnOverload">What to do when both limits cannot hold. Default <see cref="OverloadAction.CutOver"/>.</param>
/// <param name="OnSourceSilent">What to do when a source whose node still reports does not answer the cutover. Default
/// <see cref="SilenceAction.RollBack"/>.</param>
public sealed record CutoverPolicy(
    int MaxInterruptionMs = 100,
    int MaxReplayMs = 120_000,
    OverloadAction OnOverload = OverloadAction.CutOver,
    SilenceAction OnSourceSilent = SilenceAction.RollBack);

/// <summary>What to do when the lag cannot be drained within the allowed interruption.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OverloadAction>))]
public enum OverloadAction
{
    /// <summary>Cut over at once; the interruption is about one lag's drain.</summary>
    CutOver,

    /// <summary>Give the migration up and leave the source as it is.</summary>
    RollBack,
}

/// <summary>What to do with a source that is slow, frozen or cut off. One that is known to be gone is failed over in any
/// case.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SilenceAction>))]
public enum SilenceAction
{
    /// <summary>No answer is no consent: give the migration up and leave the source as it is.</summary>
    RollBack,

    /// <summary>Revoke the source's access to the broker, then let the shadow take over.</summary>
    FailOver,
}
