using Ms2m.Contracts;
using Ms2m.NodeWorker.Reservations;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>Checkpoints rest in memory: they hold a process's secrets, which must not reach a disk.</summary>
public sealed class CheckpointFolderCheck(CheckpointStorage storage) : INodeCheck
{
    public bool IsEssential => true;

    public Task<NodeFeature> LookAsync(CancellationToken cancel) => Task.FromResult(new NodeFeature(
        "checkpoints-in-memory", storage.IsMemory,
        storage.Refuse()?.Reason.Message
            ?? (storage.MayBeSwapped() ? $"{storage.Format}, but it may be swapped out: mount it with noswap" : storage.Format)));
}
