using System.Globalization;

namespace Ms2m.Eval.Chaos.Faults;

/// <summary>What of a workload's memory has reached the target: files in its room for checkpoints, seen from outside of the node.</summary>
internal sealed class TargetRoom(Stage stage)
{
    /// <summary>Where the lab's nodes keep checkpoints.</summary>
    public const string Path = "/var/lib/ms2m/checkpoints";

    private const string Bases = "base";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private string _room = "";

    public async Task Prepare(CancellationToken cancel)
    {
        var pid = int.Parse(await stage.Do(cancel, "node", stage.Target, "pid"), CultureInfo.InvariantCulture);
        _room = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root{Path}");
    }

    /// <summary>Of the checkpoint itself.</summary>
    public IEnumerable<string> Images(string pattern) =>
        Folders(_room).Where(folder => System.IO.Path.GetFileName(folder) != Bases).SelectMany(folder => Files(folder, pattern));

    /// <summary>Of what has gone ahead of it.</summary>
    public IEnumerable<string> Ahead(string pattern) => Files(System.IO.Path.Combine(_room, Bases), pattern);

    /// <summary>Waits until the first byte of an image has come.</summary>
    /// <returns>False when none came.</returns>
    public async Task<bool> Seen(CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!Images("*.img").Any())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
            {
                return false;
            }

            await Task.Delay(Look, cancel);
        }

        return true;
    }

    private static string[] Folders(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];

    private static string[] Files(string folder, string pattern)
    {
        try
        {
            return Directory.GetFiles(folder, pattern, SearchOption.AllDirectories);
        }
        catch (DirectoryNotFoundException)
        {
            // There is none yet, or it is just being removed.
            return [];
        }
    }
}
