namespace Ms2m.NodeWorker.Runtimes;

/// <summary>The kernel's word on a process.</summary>
internal static class ProcessState
{
    /// <summary>False also for one that has ended and was not waited for yet.</summary>
    public static bool Lives(int pid)
    {
        try
        {
            // proc_pid_stat(5): after the name, which may hold anything, in brackets.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X' or 'x');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
