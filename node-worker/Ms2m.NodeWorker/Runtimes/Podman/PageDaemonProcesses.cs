using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Page daemons by their folder, whoever has started them; as this process numbers them, since a daemon may live in
/// other namespaces than its worker.</summary>
internal static class PageDaemonProcesses
{
    public static IReadOnlyList<int> Of(string work) =>
    [
        .. from folder in Directory.EnumerateDirectories("/proc")
           let name = Path.GetFileName(folder)
           where int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
           let words = WordsOf(folder)
           where words is ["criu", "lazy-pages", ..] && words.Contains(work)
           select int.Parse(name, CultureInfo.InvariantCulture),
    ];

    public static void Kill(string work)
    {
        foreach (var pid in Of(work))
            Kill(pid);
    }

    private static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It has ended.
        }
    }

    private static string[] WordsOf(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
