using System.Diagnostics;
using System.Globalization;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Networks;
using Ms2m.NodeWorker.Runtimes.Podman;

namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>A node of the lab, looked into from outside: a process's root leads into its mount namespace, and even the
/// socket of its podman can be reached through it.</summary>
public sealed class LabNode
{
    private readonly int _pid;

    private LabNode(int pid) => _pid = pid;

    private string Root => string.Create(CultureInfo.InvariantCulture, $"/proc/{_pid}/root");

    /// <summary>Never skips: a test that needs a node and has none has failed.</summary>
    public static LabNode Get(string name = "node-a")
    {
        var file = Path.Combine(LabSettings.Folder, "run", $"{name}.pid");
        if (!File.Exists(file)
            || !int.TryParse(File.ReadAllText(file).Split(' ')[0], CultureInfo.InvariantCulture, out var pid)
            || !Directory.Exists($"/proc/{pid}"))
            throw new InvalidOperationException($"{name} of {LabSettings.Folder} does not run: run deploy/lab/lab up.");
        return new LabNode(pid);
    }

    public string Here(string path) => Root + path;

    /// <summary>An address on the nodes' network that no node has; another one for each number from 0 to 99.</summary>
    public static WorkloadAddress Address(int number) => new(string.Create(
        CultureInfo.InvariantCulture, $"10.77.{Path.GetFileName(LabSettings.Folder)}.{150 + number}/24"));

    /// <summary>Brings one of the lab's own images into all nodes that lack it.</summary>
    public static async Task LoadImageAsync(string name)
    {
        using var process = Process.Start(new ProcessStartInfo(Repository.Path("deploy/lab/lab"), ["image", "load", name])
        {
            RedirectStandardOutput = true,
        })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    public PodmanApi Podman() => new(Here("/run/podman/podman.sock"));

    public PodmanPlaces Places(string criuConfiguration, bool alwaysArchive = false) => new(
        criuConfiguration, alwaysArchive, Root,
        ["nsenter", "--target", _pid.ToString(CultureInfo.InvariantCulture), "--all", "--wd=/", "--", "env",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]);

    /// <summary>On the bridge that the lab makes in every node.</summary>
    public BridgedNetworks Networks(string? bridge = "br0") => new(new NodeShell(Places("").Enter), Places(""), bridge);

    /// <summary>Runs a command in the node and gives what it said.</summary>
    public async Task<string> SayAsync(params string[] command)
    {
        var enter = Places("").Enter!;
        using var process = Process.Start(new ProcessStartInfo(enter[0], [.. enter.Skip(1), .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? said.Trim()
            : throw new InvalidOperationException($"{string.Join(' ', command)}: {said}{await errors}");
    }
}
