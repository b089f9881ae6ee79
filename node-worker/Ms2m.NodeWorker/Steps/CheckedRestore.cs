using Ms2m.NodeWorker.Completed;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Volumes;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Restores what is what it was said to be.</summary>
public sealed class CheckedRestore(IContainerRuntime runtime, ArrivedVolumes volumes)
{
    /// <summary>What arrived was as it was sent; whether it still was when it was restored is known only afterwards.
    /// The shadow makes itself ready meanwhile, so the look costs next to nothing.</summary>
    public async Task<Trouble?> RunAsync(
        ContainerRequest request, string images, string digest, CancellationToken cancel)
    {
        using var span = WorkerTraces.Part("restore");
        using var seen = new CheckpointDigest();
        var arrived = await ArrivedFiles.OfAsync(images, digest, cancel);
        seen.Recall(arrived.Archives);
        if (await volumes.RefuseAsync(request, images, cancel) is { } refusal)
            return refusal;
        if (await runtime.RestoreAsync(request, images, cancel) is { Failed: true } restore)
            return restore.Trouble;
        await seen.AppendFilesAsync(images, arrived.Images, cancel);
        if (seen.Current() == digest)
            return null;
        if (await runtime.RemoveAsync(request.Name, cancel) is { Failed: true } removal)
            return removal.Trouble;
        // What comes in its place is looked at afresh.
        ArrivedFiles.Forget(images);
        return NodeFailures.CheckpointDamaged();
    }
}
