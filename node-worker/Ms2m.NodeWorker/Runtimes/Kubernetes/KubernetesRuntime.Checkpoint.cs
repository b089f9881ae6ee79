using System.Diagnostics;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Runtimes.Archives;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Images;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;
using Ms2m.NodeWorker.Runtimes.Podman;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes;

internal sealed partial class KubernetesRuntime
{
    /// <summary>How much longer than its archive a checkpoint's changed files may be when they are not compressed.</summary>
    private const int Unpacking = 64;

    public Task<Outcome<PreDump>> PreDumpAsync(DumpRequest request, CancellationToken cancel) =>
        Task.FromResult<Outcome<PreDump>>(NodeFailures.NoPreDump(
            request.Name, "it is a pod's, and the kubelet makes no checkpoint that builds on another."));

    public async Task<Outcome<Dump>> CheckpointAsync(DumpRequest request, CancellationToken cancel)
    {
        if (request.PostCopy)
            return NodeFailures.NotOfPods("post-copy");
        if (request.KeepsConnections)
            return NodeFailures.NotOfPods("A checkpoint with open connections");
        var found = await pods.FindAsync(request.Name, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value is not { } pod)
            return NodeFailures.NoSuchInstance(request.Name);
        var container = Describe(pod);
        if (!container.IsRunning && !(request.StaysFrozen && container.IsFrozen))
            return NodeFailures.NotRunning(request.Name, container.State);
        if (request.StaysFrozen && FreezerOf(container) is null)
            return NodeFailures.FreezeFailed(request.Name, NoFreezer(container));
        var since = Stopwatch.GetTimestamp();
        var dumped = await kubelet.TakeAsync(
            pod, PodWorkloads.ContainerOf(pod)!.Name, archive => UseAsync(archive, pod, request, cancel), cancel);
        if (dumped.Failed)
            return dumped;
        // The kubelet lets a container run on whatever it was told before.
        if (request.StaysFrozen && await FreezeAsync(request.Name, cancel) is { Failed: true } freezing)
            return freezing.Trouble;
        Dumped(request.Name, Stopwatch.GetElapsedTime(since).TotalMilliseconds, dumped.Value.FrozenMs ?? 0);
        return dumped;
    }

    private static async Task<Outcome<Dump>> UseAsync(FileInfo archive, Pod pod, DumpRequest request, CancellationToken cancel)
    {
        // All of it in one file is packed from files that lie beside it.
        var folder = request.OneFile is null ? request.Folder : request.Folder + ".work";
        if (request.OneFile is not null)
            PrivateFiles.CreateFolder(folder);
        try
        {
            await using (var content = archive.OpenRead())
            {
                if (await KubeletArchive.UnpackAsync(content, folder, archive.Length, cancel) is { } refusal)
                    return refusal;
            }
            if (await PlainTar.MakeAsync(Path.Combine(folder, CheckpointFiles.Changed), archive.Length * Unpacking, cancel) is { } unreadable)
                return NodeFailures.KubeletArchive(unreadable);
            // By the target's rules, and here: what it would refuse is refused while the source lives.
            if (await CheckedArchive.CheckFolderAsync(folder, [], cancel, whiteouts: true) is { } refused)
                return refused;
            PodDocument.Write(pod, folder);
            var stats = CriuStats.ReadDump(Path.Combine(folder, "stats-dump"));
            var dump = new Dump(CheckpointFiles.WayOf(folder), stats?.FrozenMs + stats?.FreezingMs);
            return request.OneFile is { } file
                ? dump with { Export = await PackAsync(pod, folder, Path.Combine(request.Folder, file), cancel) }
                : dump;
        }
        catch (IOException e)
        {
            return NodeFailures.KubeletArchive(e.Message);
        }
        finally
        {
            if (request.OneFile is not null)
                PrivateFiles.DeleteFolder(folder);
        }
    }

    private static async Task<ExportedContainer> PackAsync(Pod pod, string folder, string path, CancellationToken cancel)
    {
        var content = CheckpointContent.Of(folder);
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = PrivateFiles.File,
        });
        await content.WriteToAsync(file, cancel);
        return new ExportedContainer(
            PodWorkloads.ContainerOf(pod)!.Name, PodWorkloads.BaseImageOf(pod) ?? "", PodStates.StatusOf(pod)?.ImageID ?? "",
            content.Besides.ToDictionary(name => name));
    }

    [LoggerMessage(2703, LogLevel.Information, "{Instance} is dumped by the kubelet in {Milliseconds:0} ms, of which it stood still {Frozen:0}")]
    private partial void Dumped(string instance, double milliseconds, double frozen);
}
