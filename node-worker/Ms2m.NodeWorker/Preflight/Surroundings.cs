using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>What a process of another node would find here. What seldom changes is looked at seldom.</summary>
public sealed class Surroundings(WorkerOptions options, IContainerRuntime runtime, TimeProvider time)
{
    private static readonly TimeSpan ImagesLast = TimeSpan.FromSeconds(10);

    private string? _cpu;
    private bool _cpuKnown;
    private IReadOnlyList<string> _images = [];
    private long? _looked;

    public async Task<NodeSurroundings> LookAsync(CancellationToken cancel)
    {
        if (!_cpuKnown)
            (_cpu, _cpuKnown) = (await CpuAsync(cancel), true);
        if (_looked is not { } at || time.GetElapsedTime(at) > ImagesLast)
        {
            // Old names are nearer to the truth than none, while podman does not answer.
            if (await runtime.ImagesAsync(cancel) is { Failed: false } found)
                _images = found.Value;
            _looked = time.GetTimestamp();
        }
        return new NodeSurroundings(
            _cpu, [.. ListeningPorts.Here().Values.Distinct().Order()], _images, new DriveInfo(options.Data).AvailableFreeSpace);
    }

    /// <summary>Written to a folder, because CRIU knows no other way.</summary>
    private async Task<string?> CpuAsync(CancellationToken cancel)
    {
        var folder = Path.Combine(options.Checkpoints, "cpu");
        PrivateFiles.CreateFolder(folder);
        try
        {
            var (code, _) = await Probe.RunAsync("criu", ["cpuinfo", "dump", "--images-dir", folder], cancel);
            var image = Path.Combine(folder, "cpuinfo.img");
            return code == 0 && new FileInfo(image) is { Exists: true, Length: < 2048 }
                ? Convert.ToBase64String(await File.ReadAllBytesAsync(image, cancel))
                : null;
        }
        finally
        {
            PrivateFiles.DeleteFolder(folder);
        }
    }
}
