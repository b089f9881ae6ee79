using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Ms2m.Contracts;
using Ms2m.LogTool.Verbs;

namespace Ms2m.LogTool.Benching;

/// <summary>Runs this program with another verb and watches its time and memory.</summary>
internal static class ChildRun
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);

    public static async Task<VerbFigures> Measure(string verb, string connection, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in verb.Split(' '))
        {
            start.ArgumentList.Add(word);
        }

        // Not as an argument: it holds a password.
        start.Environment[LogStore.Variable] = connection;
        start.Environment[LogStore.WriterVariable] = connection;
        var begun = Stopwatch.GetTimestamp();
        using var child = Process.Start(start)!;
        var output = child.StandardOutput.ReadToEndAsync(cancel);
        var errors = child.StandardError.ReadToEndAsync(cancel);
        var ended = child.WaitForExitAsync(cancel);
        long peak = 0;
        while (await Task.WhenAny(ended, Task.Delay(_look, cancel)) != ended)
        {
            peak = Math.Max(peak, PeakOf(child.Id));
        }

        await ended;
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return child.ExitCode == 0
            ? new VerbFigures(verb, seconds, null, peak)
            : throw new LogRefusedException(
                new Failure("MS2M-LOG-BENCH", $"'{verb}' ended with exit code {child.ExitCode}: {await errors} {await output}", "See above."),
                ExitCodes.Failed);
    }

    private static long PeakOf(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(one => one.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or Win32Exception)
        {
            return 0;
        }
    }
}
