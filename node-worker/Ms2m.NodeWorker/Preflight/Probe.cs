using System.ComponentModel;
using System.Diagnostics;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>A program run for what it says.</summary>
internal static class Probe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Exit code (-1 when there is no such program, -2 when it did not end) and everything it said.</summary>
    public static async Task<(int Code, string Said)> RunAsync(
        string program, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Limit);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = "/",
            })!;
            try
            {
                var errors = process.StandardError.ReadToEndAsync(limited.Token);
                var output = await process.StandardOutput.ReadToEndAsync(limited.Token);
                await process.WaitForExitAsync(limited.Token);
                return (process.ExitCode, (output + await errors).Trim());
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                process.Kill();
                return (-2, $"{program} did not end within {Limit.TotalSeconds:0} s");
            }
        }
        catch (Win32Exception e)
        {
            return (-1, e.Message);
        }
    }

    public static string LastLine(string text) => text.Split('\n')[^1].Trim();
}
