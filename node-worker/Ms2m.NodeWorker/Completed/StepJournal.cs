using System.Globalization;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Completed;

/// <summary>One small file for each (migration, step, attempt): commands are taken from the broker before their work is
/// done, and this is what a crash of the worker leaves of them. A crash of the whole node ends its containers too, so
/// nothing here is forced to the disk.</summary>
public sealed class StepJournal(WorkerOptions options)
{
    /// <summary>Nobody repeats a command after so long.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(2);

    public void Write(StepKey key, JournalEntry entry)
    {
        PrivateFiles.CreateFolder(options.JournalFolder);
        PrivateFiles.CreateFolder(FolderOf(key.MigrationId));
        PrivateFiles.ReplaceJson(PathOf(key), entry);
    }

    public void Remove(StepKey key)
    {
        if (Directory.Exists(FolderOf(key.MigrationId)))
            File.Delete(PathOf(key));
    }

    public void RemoveAll(Guid migrationId) => PrivateFiles.DeleteFolder(FolderOf(migrationId));

    public IReadOnlyList<(StepKey Key, JournalEntry Entry)> ReadAll()
    {
        if (!Directory.Exists(options.JournalFolder))
            return [];
        var entries = new List<(StepKey, JournalEntry)>();
        foreach (var path in Directory.GetFiles(options.JournalFolder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (KeyOf(path) is { } key && PrivateFiles.ReadJson<JournalEntry>(path) is { } entry)
                entries.Add((key, entry));
        }
        return entries;
    }

    public void RemoveOld(DateTimeOffset now)
    {
        if (!Directory.Exists(options.JournalFolder))
            return;
        foreach (var folder in Directory.GetDirectories(options.JournalFolder))
        {
            if (now - Directory.GetLastWriteTimeUtc(folder) > Kept)
                PrivateFiles.DeleteFolder(folder);
        }
    }

    private string FolderOf(Guid migrationId) => Path.Combine(options.JournalFolder, $"{migrationId:N}");

    private string PathOf(StepKey key) => Path.Combine(
        FolderOf(key.MigrationId), string.Create(CultureInfo.InvariantCulture, $"{key.Step}.{key.Attempt}.json"));

    private static StepKey? KeyOf(string path)
    {
        var parts = Path.GetFileName(path).Split('.');
        return parts.Length == 3 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var attempt)
            && Guid.TryParseExact(Path.GetFileName(Path.GetDirectoryName(path)), "N", out var migrationId)
            ? new StepKey(migrationId, parts[0], attempt)
            : null;
    }
}

/// <summary>What makes two commands the same.</summary>
public readonly record struct StepKey(Guid MigrationId, string Step, int Attempt);
