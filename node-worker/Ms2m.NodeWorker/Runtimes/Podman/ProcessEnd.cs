using System.ComponentModel;
using System.Diagnostics;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Ends processes that may be ending by themselves.</summary>
internal static class ProcessEnd
{
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
}
