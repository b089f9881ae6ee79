using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Second handles of the userfaultfds that a page daemon has. The kernel fills missing pages with zeros only when the
/// last handle is closed; until then whoever touches one waits.</summary>
internal sealed class HeldPages : IDisposable
{
    private const string FaultFile = "anon_inode:[userfaultfd]";
    private const int PidfdOpen = 434;
    private const int PidfdGetfd = 438;

    private readonly List<int> _files;

    private HeldPages(List<int> files) => (_files, Count) = (files, files.Count);

    public int Count { get; }

    public static HeldPages Of(string work) => new([.. DaemonsOf(work).SelectMany(Take)]);

    /// <summary>As this process numbers them: a daemon may live in other namespaces than its worker.</summary>
    public static IReadOnlyList<int> DaemonsOf(string work) =>
    [
        .. from folder in Directory.EnumerateDirectories("/proc")
           let name = Path.GetFileName(folder)
           where int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
           let words = WordsOf(folder)
           where words is ["criu", "lazy-pages", ..] && words.Contains(work)
           select int.Parse(name, CultureInfo.InvariantCulture),
    ];

    public static void Kill(int pid)
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

    public void Dispose()
    {
        lock (_files)
        {
            _files.ForEach(file => _ = Close(file));
            _files.Clear();
        }
    }

    private static List<int> Take(int pid)
    {
        var taken = new List<int>();
        var process = SystemCall(PidfdOpen, pid, 0, 0);
        if (process < 0)
            return taken;
        foreach (var link in Directory.EnumerateFiles($"/proc/{pid}/fd"))
        {
            if (new FileInfo(link).LinkTarget == FaultFile
                && SystemCall(PidfdGetfd, process, int.Parse(Path.GetFileName(link), CultureInfo.InvariantCulture), 0) is >= 0 and var file)
                taken.Add((int)file);
        }
        _ = Close((int)process);
        return taken;
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

    [DllImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long SystemCall(long number, long first, long second, long third);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int file);
}
