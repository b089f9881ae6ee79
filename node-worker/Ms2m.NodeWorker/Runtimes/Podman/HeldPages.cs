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

    public static HeldPages Of(string work) => new([.. PageDaemonProcesses.Of(work).SelectMany(Take)]);

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
        try
        {
            foreach (var link in Directory.EnumerateFiles($"/proc/{pid}/fd"))
            {
                if (new FileInfo(link).LinkTarget == FaultFile
                    && SystemCall(PidfdGetfd, process, int.Parse(Path.GetFileName(link), CultureInfo.InvariantCulture), 0) is >= 0 and var file)
                    taken.Add((int)file);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
        }
        finally
        {
            _ = Close((int)process);
        }
        return taken;
    }

    [DllImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long SystemCall(long number, long first, long second, long third);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int file);
}
