using System.Globalization;

namespace Ms2m.Eval.Chaos.Faults;

/// <summary>Turns bytes over in the memory pages that the target has received, behind the worker's back.</summary>
internal sealed class CorruptedCheckpoint(Stage stage) : Blow
{
    /// <summary>Where the lab's nodes keep checkpoints.</summary>
    public const string Room = "/var/lib/ms2m/checkpoints";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);

    private string _room = "";

    public override async Task Prepare(CancellationToken cancel)
    {
        var pid = int.Parse(await stage.Do(cancel, "node", stage.Target, "pid"), CultureInfo.InvariantCulture);
        _room = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root{Room}");
    }

    public override async Task<bool> Strike(CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < Patience)
        {
            if (Pages().Any(Corrupt))
            {
                return true;
            }

            await Task.Delay(Look, cancel);
        }

        return false;
    }

    private IEnumerable<string> Pages() => Directory.EnumerateFiles(_room, "pages-*.img", SearchOption.AllDirectories);

    /// <returns>False while there is too little of it.</returns>
    private static bool Corrupt(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            if (file.Length < 1 << 20)
            {
                return false;
            }

            // All over it: one page alone might never be read again.
            var buffer = new byte[64];
            for (var at = 0L; at + 4096 < file.Length; at += 65_536)
            {
                file.Position = at;
                file.ReadExactly(buffer);
                for (var i = 0; i < buffer.Length; i++)
                {
                    buffer[i] ^= 0xFF;
                }

                file.Position = at;
                file.Write(buffer);
            }

            return true;
        }
        catch (IOException)
        {
            // It is gone: it was refused, or restored.
            return false;
        }
    }
}
