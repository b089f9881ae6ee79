using Ms2m.Contracts;
using Ms2m.Eval.Chaos.Faults;

namespace Ms2m.Eval.Chaos;

/// <summary>Makes a moment last that is over in a quarter of a second: whoever would end it stands still until the fault has
/// struck. Only when it was missed more than once, since what is struck then has not quite begun.</summary>
/// <param name="since">Before this moment there is still something to do for whoever is held.</param>
/// <param name="node">Where.</param>
/// <param name="process">How its command line begins.</param>
/// <param name="rate">What comes to the target comes as slowly as this: the moment before must last until somebody is held.</param>
internal sealed class Hold(Stage stage, Moment? since, string node, string process, string? rate = null)
{
    public Moment? Since => since;

    public string? Rate => rate;

    /// <summary>Null where nothing has to be held.</summary>
    public static Hold? Of(Cell cell, Stage stage) => cell.Moment switch
    {
        // Where memory goes ahead, or follows, it would stand still too.
        _ when cell.Variant.Transfer != TransferMode.Direct || cell.Variant.Move.PostCopy => null,
        Moment.Checkpointing => new(stage, null, stage.Source, "/opt/ms2m/node-worker/"),
        Moment.Restoring => new(
            stage, Moment.Transferring, stage.Target, "podman system service", Lasting.Of(cell.Variant, Moment.Transferring).Rate),
        _ => null,
    };

    public Task Begin(CancellationToken cancel) => Say("STOP", cancel);

    /// <summary>Harmless when nobody is held, or whoever was has been killed.</summary>
    public Task End(CancellationToken cancel) => Say("CONT", cancel);

    // Words are separated by zeros in a command line; the shell that looks for it begins otherwise.
    private async Task Say(string signal, CancellationToken cancel) => await stage.Do(
        cancel, "node", node, "exec", "sh", "-c",
        $"for one in /proc/[0-9]*; do tr '\\0' ' ' <$one/cmdline 2>/dev/null | grep -q '^{process}' && kill -{signal} ${{one#/proc/}}; done; true");
}
