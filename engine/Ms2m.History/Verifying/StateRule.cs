using System.Text.Json;
using System.Text.Json.Nodes;
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
        if (Difference(state, refolded.RootElement, isSealed) is { } difference)
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

    // An older version wrote less than this one would. What it left out must be what this one reads there by itself.
    private static string? Difference(JsonElement stored, JsonElement refolded, bool isSealed)
    {
        if (JsonDifference.First(stored, refolded, NotStored.IsFine) is { } difference)
        {
            return difference;
        }

        try
        {
            var read = JsonNode.Parse(EventJson.Write(EventJson.Read(stored.GetRawText(), typeof(MigrationState)), typeof(MigrationState)))!;
            if (!isSealed && !stored.TryGetProperty(JsonDifference.KnownLater, out _)
                && refolded.TryGetProperty(JsonDifference.KnownLater, out var later))
            {
                read[JsonDifference.KnownLater] = JsonNode.Parse(later.GetRawText());
            }

            return JsonDifference.First(read.Deserialize<JsonElement>(), refolded, isSealed ? NotStored.IsADifference : NotStored.IsFineWhenEmpty);
        }
        catch (Exception damaged) when (damaged is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            return damaged.Message;
        }
    }
}
