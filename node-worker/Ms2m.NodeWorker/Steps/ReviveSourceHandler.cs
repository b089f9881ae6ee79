using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Registry;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Restores the source of a migration that is taken back, where it was, from the checkpoint that it left.</summary>
public sealed class ReviveSourceHandler(
    WorkerOptions options, IContainerRuntime runtime, IInstanceFiles instances, OutgoingFolders outgoing, CheckedRestore restore,
    HeartbeatSignal heartbeat) : IStepHandler<ReviveSource>
{
    public async Task<Trouble?> HandleAsync(ReviveSource command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        var instance = command.InstanceId;
        var found = await runtime.FindAsync(instance, cancel);
        if (found.Failed)
            return found.Trouble;
        var runs = found.Value is { IsRunning: true } or { IsFrozen: true };
        if (command.OnlyAsks && !runs && outgoing.FindKept(command.MigrationId) is null)
            return NodeFailures.NoCheckpoint();
        if (!command.OnlyAsks && !runs)
        {
            if (found.Value is not null && await runtime.RemoveAsync(instance, cancel) is { Failed: true } removal)
                return removal.Trouble;
            if (await ReviveAsync(command, cancel) is { } trouble)
                return trouble;
        }
        answer(new SourceRevived(command.MigrationId, command.Step, command.Attempt, options.Node, instance));
        heartbeat.Now();
        return null;
    }

    private async Task<Trouble?> ReviveAsync(ReviveSource command, CancellationToken cancel)
    {
        var (instance, spec) = (command.InstanceId, command.Spec);
        if (outgoing.FindKept(command.MigrationId) is not { } kept)
            return NodeFailures.NoCheckpoint();
        var images = await ImagesAsync(kept, cancel);
        if (images.Failed)
            return images.Trouble;
        // Its memory knows what it is; the file says the same.
        var file = new InstanceFile(instance, spec.Name, InstanceRole.Active, command.Epoch, options.BrokerUriOf(instance));
        instances.Make(spec.Name);
        return await instances.WriteAsync(file, cancel)
            ?? await restore.RunAsync(
                new ContainerRequest(instance, spec, instances.PathOf(spec.Name)), images.Value, command.Digest, cancel);
    }

    /// <summary>What went through a registry is one file still.</summary>
    private static async Task<Outcome<string>> ImagesAsync(string kept, CancellationToken cancel)
    {
        var images = Path.Combine(kept, "images");
        var export = Path.Combine(images, RegistryTransfer.ExportFile);
        if (!File.Exists(export))
            return images;
        var unpacked = Path.Combine(kept, "unpacked");
        PrivateFiles.DeleteFolder(unpacked);
        PrivateFiles.CreateFolder(unpacked);
        await using (var archive = File.OpenRead(export))
        {
            if (await KubeletArchive.UnpackAsync(archive, unpacked, archive.Length, cancel, ours: true) is { } trouble)
                return trouble;
        }
        // The next attempt finds it as this one does.
        PrivateFiles.DeleteFolder(images);
        Directory.Move(unpacked, images);
        return images;
    }
}
