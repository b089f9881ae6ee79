using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>Checkpoints rest in memory: they hold a process's secrets, which must not reach a disk.</summary>
public sealed class CheckpointFolderCheck(WorkerOptions options) : INodeCheck
{
    public bool IsEssential => false;

    public Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var format = new DriveInfo(options.Checkpoints).DriveFormat;
        var inMemory = format is "tmpfs" or "ramfs";
        return Task.FromResult(new NodeFeature("checkpoints-in-memory", inMemory,
            inMemory ? format : $"{options.Checkpoints} lies on {format}: mount a tmpfs there"));
    }
}
