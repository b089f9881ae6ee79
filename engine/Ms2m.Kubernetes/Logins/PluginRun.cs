using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Ms2m.Kubernetes.Logins;

/// <summary>One run of a plugin: its output, or one sentence on why there is none.</summary>
internal static partial class PluginRun
{
    private const int LargestOutput = 1 << 20;
    private const int LongestComplaint = 500;

    // A browser may not be opened and nobody can be asked, so what takes longer hangs.
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    public static async Task<byte[]> OutputOfAsync(ExecPlugin plugin, TimeProvider time)
    {
        using var process = Start(plugin);
        using var limit = new CancellationTokenSource(_limit, time);
        try
        {
            process.StandardInput.Close();
            var complaints = ReadAsync(process.StandardError.BaseStream, limit.Token);
            var output = await ReadAsync(process.StandardOutput.BaseStream, limit.Token);
            var said = await complaints;
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0
                ? output
                : throw new LoginFailedException($"{plugin.Command} exited with {process.ExitCode}: {Harmless(said)}");
        }
        catch (OperationCanceledException)
        {
            throw new LoginFailedException($"{plugin.Command} gave no credentials within {_limit.TotalSeconds:0} s and was killed.");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static Process Start(ExecPlugin plugin)
    {
        var start = new ProcessStartInfo(plugin.Command, plugin.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in plugin.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = plugin.Info();
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception problem)
        {
            var hint = plugin.InstallHint is { Length: > 0 } told ? $" {told}" : "";
            throw new LoginFailedException($"{plugin.Command} cannot be run: {problem.Message}.{hint}");
        }
    }

    private static async Task<byte[]> ReadAsync(Stream from, CancellationToken cancel)
    {
        using var all = new MemoryStream();
        var piece = new byte[4096];
        int read;
        while ((read = await from.ReadAsync(piece, cancel)) > 0)
        {
            if (all.Length < LargestOutput)
            {
                all.Write(piece, 0, read);
            }
        }

        return all.ToArray();
    }

    /// <summary>What a plugin complains of, without what looks like a token.</summary>
    private static string Harmless(byte[] complaints)
    {
        var text = LooksSecret().Replace(System.Text.Encoding.UTF8.GetString(complaints).Trim(), "…");
        return text.Length switch
        {
            0 => "it did not say why.",
            > LongestComplaint => text[..LongestComplaint] + "…",
            _ => text,
        };
    }

    [GeneratedRegex("[A-Za-z0-9_.+=-]{32,}|(?<=[Bb]earer +|[Tt]oken[=:] *)[^ \n]+", RegexOptions.CultureInvariant)]
    private static partial Regex LooksSecret();
}
