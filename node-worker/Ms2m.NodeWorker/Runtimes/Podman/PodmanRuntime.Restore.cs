using System.IO.Pipelines;

namespace Ms2m.NodeWorker.Runtimes.Podman;

public sealed partial class PodmanRuntime
{
    public async Task<Outcome<Done>> PrepareAsync(ContainerRequest request, CancellationToken cancel)
    {
        var found = await FindAsync(request.Name, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value is { } existing)
        {
            if (existing.Spec is null || existing.IsRunning)
                return NodeFailures.NameTaken(request.Name);
            if (existing.State == "exited")
                return Done.It;
            if (await RemoveAsync(request.Name, cancel) is { Failed: true } removal)
                return removal;
        }
        if (await CreateAsync(request, cancel) is { Failed: true } creation)
            return creation;
        // A restore wants the bundle that podman writes when it initializes a container, and a container that is not
        // initialized: so it is made ready as if to start, and stopped before its program has run.
        foreach (var verb in (string[])["init", "stop?timeout=0"])
        {
            var reply = await podman.PostAsync($"containers/{request.Name}/{verb}", null, Slow, cancel);
            if (reply.Failed)
                return reply.Trouble;
            if (!reply.Value.IsSuccess)
                return reply.Value.Refusal($"prepare '{request.Name}'");
        }
        return Done.It;
    }

    public async Task<Outcome<Done>> RestoreAsync(ContainerRequest request, string folder, CancellationToken cancel) =>
        CheckpointFiles.WayOf(places.Here(folder)) == CheckpointWay.Archive
            ? await ImportAsync(request, folder, cancel)
            : await RestoreImagesAsync(request, folder, cancel);

    /// <summary>Puts the images where podman keeps a container's own checkpoint, and asks it to restore that: podman
    /// unpacks nothing, and knows the container as its own afterwards.</summary>
    private async Task<Outcome<Done>> RestoreImagesAsync(
        ContainerRequest request, string folder, CancellationToken cancel)
    {
        if (await PrepareAsync(request, cancel) is { Failed: true } preparation)
            return preparation;
        var found = await InspectAsync(request.Name, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value?.StaticDir is not { } state)
            return NodeFailures.NoSuchInstance(request.Name);

        var checkpoint = places.Here(Path.Combine(state, "checkpoint"));
        if (File.Exists(checkpoint) || Directory.Exists(checkpoint))
            File.Delete(checkpoint);
        File.CreateSymbolicLink(checkpoint, folder);
        // keep: podman would else try to empty the folder, and the log of a failure with it.
        var reply = await podman.PostAsync(
            $"containers/{request.Name}/restore?ignoreRootFS=true&keep=true&printStats=true", null, Long, cancel);
        File.Delete(checkpoint);
        var restoreLog = places.Here(Path.Combine(state, "restore.log"));
        if (reply.Failed)
            return reply.Trouble;
        if (!reply.Value.IsSuccess)
            return NodeFailures.RestoreFailed(request.Name, CriuLog.FirstError(restoreLog) ?? reply.Value.Cause());
        File.Delete(restoreLog);
        File.Delete(places.Here(Path.Combine(state, "stats-restore")));
        Restored(request.Name, reply.Value.Text.Trim());
        return Done.It;
    }

    private async Task<Outcome<Done>> ImportAsync(ContainerRequest request, string folder, CancellationToken cancel)
    {
        // podman makes the container itself, from the description in the archive.
        if (await RemoveAsync(request.Name, cancel) is { Failed: true } removal)
            return removal;
        await using var archive = File.OpenRead(places.Here(Path.Combine(folder, CheckpointFiles.Archive)));
        var pipe = new Pipe();
        var labels = Labels.For(request.Name, request.Spec);
        var copying = CopyAsync();
        using var content = new StreamContent(pipe.Reader.AsStream());
        content.Headers.ContentType = new("application/x-tar");
        var reply = await podman.UploadAsync(
            $"containers/{request.Name}/restore?import=true&name={request.Name}", content, Long, cancel);
        // When podman stopped reading, the copy must not wait for room in the pipe for ever.
        await pipe.Reader.CompleteAsync();
        await copying;
        if (reply.Failed)
            return reply.Trouble;
        return reply.Value.IsSuccess ? Done.It : NodeFailures.RestoreFailed(request.Name, reply.Value.Cause());

        async Task CopyAsync()
        {
            try
            {
                await using (var to = pipe.Writer.AsStream(leaveOpen: true))
                    await CheckpointArchive.CopyAsync(archive, to, labels, cancel);
                await pipe.Writer.CompleteAsync();
            }
            catch (Exception e) when (e is IOException or InvalidDataException or System.Text.Json.JsonException
                or OperationCanceledException or FormatException)
            {
                await pipe.Writer.CompleteAsync(e);
            }
        }
    }
}
