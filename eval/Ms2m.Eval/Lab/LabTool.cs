using System.Diagnostics;
using System.Globalization;

namespace Ms2m.Eval.Lab;

/// <summary>The lab's own command: the way into a node that does not go through the system under test.</summary>
internal sealed class LabTool(string path)
{
    /// <summary>Runs a command inside a node and gives its output, or null when it failed.</summary>
    public Task<string?> InNode(string node, string script, CancellationToken cancel) =>
        Run(["node", node, "exec", "sh", "-c", script], cancel);

    /// <summary>Resident memory of the engine or, with a node, of its worker; null when it does not run.</summary>
    public async Task<long?> ResidentBytes(string? node, CancellationToken cancel)
    {
        var answer = await Run(node is null ? ["engine", "pid"] : ["worker", node, "pid"], cancel);
        if (!int.TryParse(answer, NumberStyles.Integer, CultureInfo.InvariantCulture, out var pid))
        {
            return null;
        }

        try
        {
            foreach (var line in await File.ReadAllLinesAsync($"/proc/{pid}/status", cancel))
            {
                if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                {
                    var number = line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal);
                    return long.Parse(number, CultureInfo.InvariantCulture) * 1024;
                }
            }
        }
        catch (IOException)
        {
            // It ended between the two looks.
        }

        return null;
    }

    public async Task<int?> EnginePid(CancellationToken cancel) =>
        int.TryParse(await Run(["engine", "pid"], cancel), NumberStyles.Integer, CultureInfo.InvariantCulture, out var pid)
            ? pid
            : null;

    /// <summary>Runs one of the lab's own commands and gives its output, or null when it failed.</summary>
    public async Task<string?> Run(string[] arguments, CancellationToken cancel)
    {
        var (code, output, _) = await End(arguments, cancel);
        return code == 0 ? output : null;
    }

    /// <summary>The same where nothing can go on without it: its failure says what the lab said.</summary>
    public async Task<string> Must(string[] arguments, CancellationToken cancel)
    {
        var (code, output, complaint) = await End(arguments, cancel);
        return code == 0
            ? output
            : throw new InvalidOperationException($"'lab {string.Join(' ', arguments)}' ended with {code}: {complaint}");
    }

    private async Task<(int Code, string Output, string Complaint)> End(string[] arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancel);
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        var complaint = await errors;
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, output, complaint.Trim());
    }
}
