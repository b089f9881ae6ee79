using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.Security;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Transfer.Registry;

/// <summary>Brings a checkpoint to a registry, has the target fetch it there, and deletes it. What the target has must be
/// what was read here: the registry is believed nothing.</summary>
public sealed class RegistryTransfer(
    WorkerOptions options, ITransferSecurity security, RegistryTraces traces, TimeProvider time, ILogger<RegistryTransfer> log)
{
    /// <summary>Of podman's export in the folder that is sent.</summary>
    public const string ExportFile = "export.tar";

    private const int MaxAnswer = 64 * 1024;

    private static readonly TimeSpan Deleting = TimeSpan.FromSeconds(30);

    public async Task<Outcome<Sent>> SendAsync(
        TransferOrder order, string folder, Task<Outcome<Dump>> dump, CancellationToken cancel)
    {
        if (options.Registry is not { } place)
            return NodeFailures.NoRegistry(options.Node);
        if (order.RefuseBy(security) is { } refusal)
            return refusal;
        if (await dump.WaitAsync(cancel) is not { Failed: false, Value: { Export: { } container } } dumped)
            return (await dump).Trouble ?? NodeFailures.NoRegistry(options.Node);
        var path = Path.Combine(folder, ExportFile);
        if (new FileInfo(path).Length > order.MaxBytes)
            return NodeFailures.TooLarge(order.MaxBytes);
        var limit = DirectTransfer.LimitOf(new FileInfo(path).Length, order.Options.MaxBytesPerSecond);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(limit);
        try
        {
            var since = time.GetTimestamp();
            var described = await CheckpointLayer.DescribeAsync(path, container.Volumes, limited.Token);
            if (described.Failed)
                return described.Trouble;
            var image = CheckpointImage.Of(described.Value.Layer, container, time.GetUtcNow());
            var wire = new PacedWire(order.Options.MaxBytesPerSecond, time);
            using var registry = new RegistryClient(place);
            // Before the first byte: whatever happens from here on, somebody knows what to delete.
            traces.Note(image);
            try
            {
                var checkpoint = described.Value.Checkpoint;
                if (await PushAsync(registry, image, path, wire, limited.Token) is { } notPushed)
                    return notPushed;
                if (await HaveFetchedAsync(order, new PullOrder(image.Manifest.Digest, container.Volumes), checkpoint, limited.Token)
                    is { } notPulled)
                    return notPulled;
                RegistryLog.Sent(log, order.Url.AbsolutePath, checkpoint.Bytes, place.Address, wire.Bytes);
                return new Sent(
                    checkpoint.Bytes, checkpoint.Digest, time.GetElapsedTime(since).TotalMilliseconds, wire.Bytes);
            }
            finally
            {
                using var patience = new CancellationTokenSource(Deleting);
                await traces.RemoveAsync(registry, image.Manifest.Digest, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return NodeFailures.TookTooLong("The transfer", limit);
        }
    }

    internal static async Task<Trouble?> PushAsync(
        RegistryClient registry, CheckpointImage image, string path, PacedWire wire, CancellationToken cancel)
    {
        await using var layer = File.OpenRead(path);
        using var config = new MemoryStream(image.ConfigBytes);
        return await registry.PushAsync(image.Layer, layer, wire, cancel)
            ?? await registry.PushAsync(image.Config, config, wire, cancel)
            ?? await registry.PushManifestAsync(image, cancel);
    }

    private async Task<Trouble?> HaveFetchedAsync(
        TransferOrder order, PullOrder pull, CompleteCheckpoint checkpoint, CancellationToken cancel)
    {
        using var http = security.OpenClient();
        http.MaxResponseContentBufferSize = MaxAnswer;
        var fetched = await new TargetPeer(http, order).HavePulledAsync(pull, cancel);
        if (fetched.Failed)
            return fetched.Trouble;
        return fetched.Value == checkpoint ? null : NodeFailures.DigestDiffers();
    }
}

/// <summary>What a target is told to fetch.</summary>
/// <param name="Manifest">Digest of the image's manifest.</param>
/// <param name="Volumes">See <see cref="ExportedContainer.Volumes"/>.</param>
internal sealed record PullOrder(string Manifest, IReadOnlyDictionary<string, string> Volumes);
