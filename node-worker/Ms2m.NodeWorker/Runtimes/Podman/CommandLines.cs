using System.Globalization;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>The processes that this one sees, as it numbers them, with the words that they were started with.</summary>
internal static class CommandLines
{
    public static IEnumerable<(int Pid, string[] Words)> All() =>
        from folder in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(folder)
        where int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        select (int.Parse(name, CultureInfo.InvariantCulture), WordsOf(folder));

    private static string[] WordsOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
            return [];
        }
    }
}
