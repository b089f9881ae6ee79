using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Ms2m.History.Exporting;
using Ms2m.History.Timelines;

namespace Ms2m.History.Tests.Lab;

/// <summary>Logs that older versions wrote in real migrations, one migration a file, as <c>ms2m log export</c> writes them. None
/// is ever changed.</summary>
internal static class OldLog
{
    private static readonly EventTypes _types = MigrationEvents.Register(new EventTypes());

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "OldLogs");

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.jsonl").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    public static IEnumerable<MigrationHistory> All => Names.Select(name => MigrationHistory.Of(Recorded(name)));

    public static IReadOnlyList<RecordedEvent> Recorded(string name) => [.. Read(name).Select(row => RecordedEvent.Of(row, _types))];

    public static IReadOnlyList<StoredEvent> Read(string name) =>
        [.. File.ReadLines(Path.Combine(Folder, name + ".jsonl")).Select(JsonLines.Read).Select(WithDotnetName)];

    // The oldest of these files do not have it.
    private static StoredEvent WithDotnetName(StoredEvent row) =>
        row with { DotnetType = row.DotnetType ?? EventTypes.DotnetName(_types.TypeOf(row.Type)) };
}
