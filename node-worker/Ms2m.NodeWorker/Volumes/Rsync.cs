using System.Diagnostics;
using System.Globalization;
using System.Text;
using Ms2m.NodeWorker.Preflight;
using Ms2m.NodeWorker.Transfer.Channels;

namespace Ms2m.NodeWorker.Volumes;

/// <summary>rsync, spoken over a stream that somebody else has opened. The receiving side is rsync's daemon for one
/// connection: it goes into the volume with chroot before it looks at anything the sender says, and knows no options but
/// those named here.</summary>
internal static class Rsync
{
    private const string Program = "rsync";
    private const string Module = "volume";

    /// <summary>Some files had gone when it was their turn.</summary>
    private const int Vanished = 24;

    private const int MaxComplaint = 2000;

    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(20);

    /// <summary>The sending side sees nothing of its node but programs and the volume: a workload may put a link in the
    /// place of a folder while rsync is on its way into it.</summary>
    private const string Confined = """
        set -e
        exec 3<&0 4>&1 </dev/null 1>&2
        volume=$1
        shift
        cd /mnt
        mount -t tmpfs -o mode=700,size=1m tmpfs /mnt
        cd /mnt
        mkdir usr dev volume
        ln -s usr/bin usr/lib usr/lib64 .
        mount --bind /usr usr
        : >dev/null
        mount --bind /dev/null dev/null
        mount --bind "$volume" volume
        exec chroot /mnt rsync "$@"
        """;

    /// <summary>rsync starts a program to connect, and gets what this one is connected with: 3 and 4 are the ends of the
    /// stream. Whoever does not need an end lets go of it, or nobody would see it close. When nothing more comes it ends, for
    /// which rsync waits; and well, or rsync would take it for an accident.</summary>
    private const string Connection =
        "/bin/sh -c 'exec 5<&0; cat <&5 >&4 3<&- 5<&- & up=$!; exec 5<&-; cat <&3 4>&-; kill $up 2>/dev/null; exit 0'";

    /// <summary>Times are compared to the nanosecond (a window of -1): a second is enough for many changes.</summary>
    private static readonly string[] _sending =
        ["-rlptgoHAXS", "--modify-window=-1", "--numeric-ids", "--delete", "--delete-during", $"--filter=-x {VolumeRules.NodesOwn}"];

    private const string Accepted =
        "* !recursive !links !perms !times !group !owner !hard-links !acls !xattrs !sparse !delete !delete-during !numeric-ids"
        + " !filter !inplace !partial !modify-window";

    private static string? _version;

    /// <summary>Its version; null where there is none.</summary>
    public static async Task<string?> VersionAsync(CancellationToken cancel)
    {
        if (_version is { } known)
            return known;
        var (code, said) = await Probe.RunAsync(Program, ["--version"], cancel);
        return _version = code == 0 ? said.Split('\n')[0].Split("  ", StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1) ?? said : null;
    }

    /// <summary>Makes the other side's volume what this folder is. Gives what went wrong; null when nothing did.</summary>
    /// <param name="changes">The folder is in use: a file that vanishes is nothing wrong.</param>
    /// <param name="inPlace">Changed parts of a file are written into it, not into a copy. Not for files with two names.</param>
    public static async Task<string?> SendAsync(
        string folder, ChannelStream channel, bool changes, bool inPlace, CancellationToken cancel)
    {
        var (code, said) = await SendAsync(
            folder, channel, [.. _sending, .. inPlace ? (string[])["--inplace"] : []], "", cancel);
        return code == 0 || (changes && code == Vanished) ? null : said.Length > 0 ? said : Text($"rsync ended with {code}");
    }

    /// <param name="options">What a sender may wish.</param>
    /// <param name="place">In the other side's volume.</param>
    internal static Task<(int Code, string Said)> SendAsync(
        string folder, ChannelStream channel, IReadOnlyList<string> options, string place, CancellationToken cancel)
    {
        string[] arguments = ["--mount", "--propagation", "private", "/bin/sh", "-c", Confined, "ms2m", folder, .. options];
        return RunAsync("unshare", [.. arguments, "--rsh", Connection, "--", "/volume/", $"peer::{Module}/{place}"], channel, cancel);
    }

    /// <summary>Lets the other side make this folder what its own is.</summary>
    /// <param name="work">Private folder for what rsync is told.</param>
    public static async Task<string?> ReceiveAsync(string folder, string work, ChannelStream channel, CancellationToken cancel)
    {
        var file = Path.Combine(work, $"rsync-{Guid.NewGuid():N}.conf");
        PrivateFiles.Replace(file, Encoding.UTF8.GetBytes(string.Join('\n',
        [
            "use chroot = yes", "log file = /dev/null", "reverse lookup = no", "max verbosity = 0",
            $"[{Module}]", $"path = {folder}", "read only = no", "write only = yes", "list = no", "uid = 0", "gid = 0",
            "numeric ids = yes", "munge symlinks = no", $"refuse options = {Accepted}", "",
        ])));
        try
        {
            var (code, said) = await RunAsync(Program, ["--server", "--daemon", $"--config={file}", "."], channel, cancel);
            return code == 0 ? null : said.Length > 0 ? said : Text($"rsync ended with {code}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<(int Code, string Said)> RunAsync(
        string program, IReadOnlyList<string> arguments, ChannelStream channel, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} was not started.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var feeding = FeedAsync(channel, process, stop.Token);
        var complaint = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.StandardOutput.BaseStream.CopyToAsync(channel, stop.Token);
            await channel.EndAsync(stop.Token);
            await process.WaitForExitAsync(stop.Token);
            // The other side's rsync ends when it hears that this one has.
            stop.CancelAfter(Ending);
            await feeding;
            var said = (await complaint).Trim();
            return (process.ExitCode, said.Length > MaxComplaint ? said[..MaxComplaint] : said);
        }
        catch (IOException e)
        {
            return (-1, e.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (-1, "the other side's rsync does not end");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            await stop.CancelAsync();
            await feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Until the other side ends. When it breaks off instead, so does rsync.</summary>
    private static async Task FeedAsync(ChannelStream from, Process process, CancellationToken cancel)
    {
        var block = new byte[64 * 1024];
        var (open, read) = (true, 0);
        try
        {
            while ((read = await from.ReadAsync(block, cancel)) > 0)
            {
                try
                {
                    if (open)
                        await process.StandardInput.BaseStream.WriteAsync(block.AsMemory(0, read), cancel);
                }
                catch (IOException)
                {
                    // rsync has all that it wants; what still comes is not for it.
                    open = false;
                }
            }
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
