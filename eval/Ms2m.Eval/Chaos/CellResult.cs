using System.Text.Json.Serialization;
using Ms2m.Contracts;

namespace Ms2m.Eval.Chaos;

/// <summary>What one run of a cell showed.</summary>
/// <param name="Landed">The log says that the fault struck within its moment.</param>
/// <param name="StruckAfterMs">How long the moment had lasted when it struck.</param>
/// <param name="Outcome">How the migration ended; absent when it did not.</param>
/// <param name="FailedOver">The shadow took over from a source that was lost.</param>
/// <param name="SettledMs">From the strike to the migration's end, in the log.</param>
/// <param name="StateDied">With its only holder; then <paramref name="Waiting"/> messages wait for the next one.</param>
/// <param name="Kept">What a Failed migration keeps on purpose and names in its result.</param>
/// <param name="Problems">Everything that is not as it must be, in sentences.</param>
internal sealed record CellResult(
    Fault Fault,
    Moment Moment,
    DateTimeOffset At,
    Guid? MigrationId,
    bool Landed,
    double? StruckAfterMs,
    string? Outcome,
    Failure? Reason,
    bool FailedOver,
    double? SettledMs,
    bool StateDied,
    long Published,
    long Applied,
    long Lost,
    long Duplicated,
    long Reordered,
    long EffectsMissing,
    long EffectsRepeated,
    long Waiting,
    IReadOnlyList<string> Kept,
    IReadOnlyList<string> Leftovers,
    IReadOnlyList<string> Problems)
{
    [JsonIgnore]
    public bool IsRight => Problems.Count == 0 && Leftovers.Count == 0;

    /// <summary>A cell is shown only by a fault that struck where it should.</summary>
    public bool Passed => Landed && IsRight;
}
