using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Ms2m.Eval.Chaos.Faults;

/// <summary>SIGKILL to CRIU's daemon for memory that follows, as when memory runs out. While a copy is being restored there may be
/// none yet: then it strikes when it appears.</summary>
internal sealed class KilledPageDaemon(Stage stage) : Blow
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);

    private string _group = "";

    public override async Task Prepare(CancellationToken cancel)
    {
        var pid = int.Parse(await stage.Do(cancel, "node", stage.Target, "pid"), CultureInfo.InvariantCulture);
        _group = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root/sys/fs/cgroup/ms2m-pages/cgroup.procs");
    }

    public override async Task<bool> Strike(CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < Patience)
        {
            if (Daemons().Any(Kill))
            {
                return true;
            }

            await Task.Delay(Look, cancel);
        }

        return false;
    }

    // The shell that looks after it is in the group too.
    private IEnumerable<int> Daemons() =>
        from line in File.Exists(_group) ? Read(_group).Split('\n', StringSplitOptions.RemoveEmptyEntries) : []
        where Read($"/proc/{line}/cmdline").StartsWith("criu\0", StringComparison.Ordinal)
        select int.Parse(line, CultureInfo.InvariantCulture);

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            // It ended between the two looks.
            return "";
        }
    }

    private static bool Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
            return true;
        }
        catch (Exception ended) when (ended is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;
        }
    }
}
