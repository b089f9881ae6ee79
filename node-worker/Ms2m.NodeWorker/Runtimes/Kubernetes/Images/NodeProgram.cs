using System.ComponentModel;
using System.Diagnostics;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Images;

/// <summary>Runs a program that is given something to read.</summary>
internal static class NodeProgram
{
    /// <summary>Its exit code and the end of what it said; -1 when there is no such program.</summary>
    /// <param name="feed">Writes what it reads.</param>
    /// <param name="environment">Besides our own.</param>
    /// <exception cref="TimeoutException">It did not end in time, and was killed.</exception>
    public static async Task<(int Code, string Said)> RunAsync(
        string program, IReadOnlyList<string> arguments, Func<Stream, CancellationToken, Task>? feed, TimeSpan limit,
        CancellationToken cancel, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(limit);
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
            start.Environment[key] = value;
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                var said = Task.WhenAll(
                    process.StandardOutput.ReadToEndAsync(limited.Token), process.StandardError.ReadToEndAsync(limited.Token));
                await FeedAsync(process, feed, limited.Token);
                await process.WaitForExitAsync(limited.Token);
                return (process.ExitCode, string.Concat(await said).Trim());
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancel.ThrowIfCancellationRequested();
                throw new TimeoutException();
            }
        }
        catch (Win32Exception e)
        {
            return (-1, e.Message);
        }
    }

    public static string End(string said) => said.Split('\n')[^1].Trim();

    private static async Task FeedAsync(Process process, Func<Stream, CancellationToken, Task>? feed, CancellationToken cancel)
    {
        try
        {
            if (feed is not null)
                await feed(process.StandardInput.BaseStream, cancel);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended before it had read all; what it said tells why.
        }
    }
}
