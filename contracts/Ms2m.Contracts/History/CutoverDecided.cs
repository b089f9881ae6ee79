using System.Text.Json.Serialization;

namespace Ms2m.Contracts;

/// <summary>The engine has decided from measured rates that the source shall stop.</summary>
/// <param name="LagEntries">Lag at that moment.</param>
/// <param name="PredictedInterruptionMs">What draining it should take.</param>
public sealed record CutoverDecided(
    Guid MigrationId, CutoverReason Reason, long LagEntries, double PredictedInterruptionMs) : IMigrationMessage;

/// <summary>Why the cutover was decided.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CutoverReason>))]
public enum CutoverReason
{
    /// <summary>The lag can be drained within the allowed interruption.</summary>
    LagIsSmall,

    /// <summary>The lag does not shrink: waiting would only prolong the interruption.</summary>
    LagDoesNotShrink,

    /// <summary>The replay has lasted as long as the policy allows.</summary>
    ReplayTooLong,
}
