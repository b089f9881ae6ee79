using System.ComponentModel;
using System.Diagnostics;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Page daemons by their folder, whoever has started them; as this process numbers them, since a daemon may live in
/// other namespaces than its worker.</summary>
internal static class PageDaemonProcesses
{
    public static IReadOnlyList<int> Of(string work) =>
    [
        .. from process in CommandLines.All()
           where process.Words is ["criu", "lazy-pages", ..] && process.Words.Contains(work)
           select process.Pid,
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
}
