using System.Diagnostics;
using System.Globalization;

namespace Ms2m.Eval.Chaos.Faults;

/// <summary>SIGKILL to a process of the lab, and a new one two seconds later, as a supervisor does.</summary>
/// <param name="part">The lab's words for it.</param>
internal sealed class KilledProcess(Stage stage, string[] part) : Blow
{
    private int _pid;

    public override TimeSpan? MendedAfter => TimeSpan.FromSeconds(2);

    public override async Task Prepare(CancellationToken cancel) =>
        _pid = int.Parse(await stage.Do(cancel, [.. part, "pid"]), CultureInfo.InvariantCulture);

    public override Task<bool> Strike(CancellationToken cancel)
    {
        using var process = Process.GetProcessById(_pid);
        process.Kill();
        return Task.FromResult(true);
    }

    public override async Task Mend(CancellationToken cancel)
    {
        if (_pid == 0)
        {
            return;
        }

        // It waits until the process is gone; a start would find a dying one alive.
        await stage.Do(cancel, [.. part, "kill"]);
        await stage.Do(cancel, [.. part, "start"]);
        // Asked for once more at the end, in case the first time was interrupted: another kill would be another fault.
        _pid = 0;
    }
}
