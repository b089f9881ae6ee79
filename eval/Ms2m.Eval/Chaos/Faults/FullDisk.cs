using System.Diagnostics;
using System.Globalization;

namespace Ms2m.Eval.Chaos.Faults;

/// <summary>Not a byte more fits where the target keeps checkpoints, until the migration has ended.</summary>
internal sealed class FullDisk(Stage stage) : Blow
{
    private int _node;

    public override async Task Prepare(CancellationToken cancel) => _node = int.Parse(
        await stage.Do(cancel, "node", stage.Target, "pid"), CultureInfo.InvariantCulture);

    public override async Task<bool> Strike(CancellationToken cancel)
    {
        // The first phase is over before the lab's own command has looked at how much is used. Nothing is, then.
        if (!await Shrink(cancel))
        {
            await stage.Do(cancel, "node", stage.Target, "fill");
        }

        return true;
    }

    public override Task Mend(CancellationToken cancel) => stage.Do(cancel, "node", stage.Target, "empty");

    /// <returns>False when more is used already than the size that was tried.</returns>
    private async Task<bool> Shrink(CancellationToken cancel)
    {
        using var process = Process.Start(new ProcessStartInfo("nsenter",
        [
            "--target", _node.ToString(CultureInfo.InvariantCulture), "--mount", "--",
            "mount", "-o", "remount,size=64k", TargetRoom.Path,
        ])
        {
            RedirectStandardError = true,
        })!;
        await process.WaitForExitAsync(cancel);
        return process.ExitCode == 0;
    }
}
