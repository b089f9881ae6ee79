using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Kubernetes;
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
        if (found.Value is not { Stays: true })
        {
            var kept = await KeptAsync(command, cancel);
            if (kept.Failed)
                return kept.Trouble;
            if (!command.OnlyAsks && await ReviveAsync(command, found.Value, kept.Value, cancel) is { } trouble)
                return trouble;
        }
        answer(new SourceRevived(command.MigrationId, command.Step, command.Attempt, options.Node, instance));
        heartbeat.Now();
        return null;
    }

    /// <summary>The checkpoint that was kept, if it would do.</summary>
    private async Task<Outcome<string>> KeptAsync(ReviveSource command, CancellationToken cancel)
    {
        if (outgoing.FindKept(command.MigrationId) is not { } kept)
            return NodeFailures.NoCheckpoint();
        var images = await ImagesAsync(kept, cancel);
        return images.Failed || command.Spec.Pod is null ? images
            : PodDocument.Read(images.Value, command.Spec) is { Failed: true } unreadable ? unreadable.Trouble
            : images;
    }

    private async Task<Trouble?> ReviveAsync(ReviveSource command, Container? former, string images, CancellationToken cancel)
    {
        var (instance, spec) = (command.InstanceId, command.Spec);
        // What has ended or is being deleted makes room; of two with one name the server takes none.
        if (former is not null && await runtime.RemoveAsync(instance, cancel) is { Failed: true } removal)
            return removal.Trouble;
        // Its memory knows what it is; the file says the same.
        var file = new InstanceFile(instance, spec.Name, InstanceRole.Active, command.Epoch, options.BrokerUriOf(instance));
        instances.Make(spec.Name);
        return await instances.WriteAsync(file, cancel)
            ?? await restore.RunAsync(
                new ContainerRequest(instance, spec, instances.PathOf(spec.Name)), images, command.Digest, cancel);
    }

    /// <summary>What went through a registry is one file still.</summary>
    private static async Task<Outcome<string>> ImagesAsync(string kept, CancellationToken cancel)
    {
        var images = Path.Combine(kept, "images");
        var export = Path.Combine(images, RegistryTransfer.ExportFile);
        var unpacked = Path.Combine(kept, "unpacked");
        // Somebody was killed between the two moves below.
        if (!Directory.Exists(images) && Directory.Exists(unpacked))
            Directory.Move(unpacked, images);
        if (!File.Exists(export))
            return images;
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
