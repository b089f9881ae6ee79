using System.Diagnostics;

namespace Ms2m.NodeWorker;

/// <summary>Runs shell scripts on the node.</summary>
/// <param name="enter">Command that puts a program into the node's namespaces; empty on a node.</param>
public sealed class NodeShell(IReadOnlyList<string>? enter = null)
{
    /// <summary>Gives what the script said; trouble when it did not end in time or not with 0.</summary>
    /// <param name="what">What is tried, for the failure.</param>
    /// <param name="failed">Makes a failure of what the script said.</param>
    public async Task<Outcome<string>> RunAsync(
        string what, string script, IReadOnlyList<string> arguments, TimeSpan limit, Func<string, Trouble> failed)
    {
        var ended = await EndAsync(what, script, arguments, limit);
        if (ended.Failed)
            return ended.Trouble;
        var (code, said) = ended.Value;
        return code == 0 ? said : failed(said.Length > 0 ? said : $"the shell ended with {code}");
    }

    /// <summary>Gives the complaint of a script that did not end with 0, empty when it had none.</summary>
    public async Task<Outcome<string>> SayAsync(string what, string script, IReadOnlyList<string> arguments, TimeSpan limit)
    {
        var ended = await EndAsync(what, script, arguments, limit);
        if (ended.Failed)
            return ended.Trouble;
        var (code, said) = ended.Value;
        return code == 0 ? "" : said.Length > 0 ? said : $"the shell ended with {code}";
    }

    // It cannot be cancelled and the limit does not kill it: what it does to the node would be left half done.
    private async Task<Outcome<(int Code, string Said)>> EndAsync(
        string what, string script, IReadOnlyList<string> arguments, TimeSpan limit)
    {
        string[] command = [.. enter ?? [], "/bin/sh", "-c", script, "ms2m", .. arguments];
        var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        }) ?? throw new InvalidOperationException("The node's shell was not started.");
        process.StandardInput.Close();
        try
        {
            return await WaitAsync(process).WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            return NodeFailures.TookTooLong(what, limit);
        }
    }

    private static async Task<(int Code, string Said)> WaitAsync(Process process)
    {
        using (process)
        {
            var said = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            return (process.ExitCode, said.Trim());
        }
    }
}
