using System.Text.Json;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Ms2m.History.Timelines;

namespace Ms2m.History.Tests.Runs;

/// <summary>Migrations that older versions really wrote.</summary>
internal static class OldLogs
{
    private static readonly EventTypes _types = MigrationEvents.Register(new EventTypes());

    public static IEnumerable<string> Files =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "OldLogs"), "*.jsonl").Order(StringComparer.Ordinal);

    public static IEnumerable<MigrationHistory> All => Files.Select(file => MigrationHistory.Of(Read(file)));

    public static IReadOnlyList<RecordedEvent> Read(string file) => [.. File.ReadLines(file).Select(Row)];

    private static RecordedEvent Row(string line)
    {
        var row = JsonElement.Parse(line);
        return RecordedEvent.Of(
            new StoredEvent(
                row.GetProperty("seq").GetInt64(), row.GetProperty("id").GetGuid(), row.GetProperty("stream").GetGuid(),
                row.GetProperty("version").GetInt64(), row.GetProperty("data").GetRawText(), row.GetProperty("type").GetString()!,
                row.GetProperty("at").GetDateTimeOffset(), null, row.GetProperty("correlation").GetString(),
                row.GetProperty("causation").GetString(),
                row.GetProperty("headers") is { ValueKind: JsonValueKind.Object } headers ? headers.GetRawText() : null),
            _types);
    }
}
