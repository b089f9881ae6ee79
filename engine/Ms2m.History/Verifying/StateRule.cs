using System.Text.Json;
using Ms2m.EventLog;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.History.Verifying;

/// <summary>The stored saga is the fold of its events.</summary>
internal static class StateRule
{
    public static IEnumerable<Finding> Check(StreamUnderTest stream, MigrationFold fold)
    {
        if (stream.Saga is null)
        {
            yield return stream.Fault("state", null, "No state is stored for it.");
            yield break;
        }

        using var saga = JsonDocument.Parse(stream.Saga);
        if (saga.RootElement.GetProperty("StreamVersion").GetInt64() is var version && version != fold.Version)
        {
            yield return stream.Fault("state", null, $"The stored state holds {version} events, and there are {fold.Version}.");
            yield break;
        }

        using var refolded = JsonDocument.Parse(EventJson.Write(fold.State, typeof(MigrationState)));
        if (JsonDifference.First(saga.RootElement.GetProperty("State"), refolded.RootElement) is { } difference)
        {
            yield return stream.Fault("state", null, $"The stored state is not the fold of the events: {difference}.");
        }
    }
}
