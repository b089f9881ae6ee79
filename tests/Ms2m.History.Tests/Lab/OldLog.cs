using System.Text.Json;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;

namespace Ms2m.History.Tests.Lab;

/// <summary>Logs that older versions wrote in real migrations, one migration a file. None is ever changed.</summary>
internal static class OldLog
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "OldLogs");

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.jsonl").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    public static IReadOnlyList<StoredEvent> Read(string name) =>
        [.. File.ReadLines(Path.Combine(Folder, name + ".jsonl")).Select(Row)];

    private static string DotnetNameOf(string type) =>
        EventTypes.DotnetName(MigrationEvents.Register(new EventTypes()).TypeOf(type));

    private static StoredEvent Row(string line)
    {
        var row = JsonDocument.Parse(line).RootElement;
        return new StoredEvent(
            row.GetProperty("seq").GetInt64(),
            row.GetProperty("id").GetGuid(),
            row.GetProperty("stream").GetGuid(),
            row.GetProperty("version").GetInt64(),
            row.GetProperty("data").GetRawText(),
            row.GetProperty("type").GetString()!,
            row.GetProperty("at").GetDateTimeOffset(),
            // Not in the oldest of these files.
            row.TryGetProperty("dotnet", out var dotnet) ? dotnet.GetString() : DotnetNameOf(row.GetProperty("type").GetString()!),
            row.GetProperty("correlation").GetString(),
            row.GetProperty("causation").GetString(),
            row.GetProperty("headers").ValueKind == JsonValueKind.Null ? null : row.GetProperty("headers").GetRawText());
    }
}
