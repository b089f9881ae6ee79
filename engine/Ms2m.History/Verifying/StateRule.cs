using System.Text.Json;
using Ms2m.EventLog;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.History.Verifying;

/// <summary>The stored saga is the fold of its events.</summary>
internal static class StateRule
{
    public static IEnumerable<Finding> Check(StreamUnderTest stream, MigrationFold fold, bool isSealed)
    {
        if (stream.Saga is null)
        {
            yield return stream.Fault("state", null, "No state is stored for it.");
            yield break;
        }

        using var saga = JsonDocument.Parse(stream.Saga);
        if (saga.RootElement.ValueKind != JsonValueKind.Object
            || !saga.RootElement.TryGetProperty("StreamVersion", out var stored) || stored.ValueKind != JsonValueKind.Number || !stored.TryGetInt64(out var version)
            || !saga.RootElement.TryGetProperty("State", out var state))
        {
            yield return stream.Fault("state", null, "Its stored state is damaged: no engine could go on with it.");
            yield break;
        }

        if (version != fold.Version)
        {
            yield return stream.Fault("state", null, $"The stored state holds {version} events, and there are {fold.Version}.");
            yield break;
        }

        using var refolded = JsonDocument.Parse(EventJson.Write(fold.State, typeof(MigrationState)));
        if (JsonDifference.First(state, refolded.RootElement, byAnOlderVersion: !isSealed) is { } difference)
        {
            yield return stream.Fault("state", null, $"The stored state is not the fold of the events: {difference}.");
        }

        // Before there were digests a phase could have another name.
        var phase = MigrationTimeline.PhaseOf(fold.State).ToString();
        if (isSealed && (!saga.RootElement.TryGetProperty("CurrentState", out var current) || current.ToString() != phase))
        {
            yield return stream.Fault("state", null, $"The stored phase is not {phase}, which the events lead to.");
        }
    }
}
