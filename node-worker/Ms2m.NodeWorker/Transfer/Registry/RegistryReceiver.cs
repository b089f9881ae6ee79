using System.Security.Cryptography;
using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Reservations;

namespace Ms2m.NodeWorker.Transfer.Registry;

/// <summary>Fetches a checkpoint from the registry when its source says that it is there. What comes is whatever the
/// registry likes to send: it counts when it has the digests that the source has named.</summary>
public sealed class RegistryReceiver(WorkerOptions options, IncomingCheckpoints incoming, ILogger<TransferEndpoint> log)
{
    private const int MaxOrder = 256 * 1024;

    internal async Task<Trouble?> ReceiveAsync(HttpContext http, Reservation reservation)
    {
        if (options.Registry is not { } place)
            return NodeFailures.NoRegistry(options.Node);
        if (http.Request.ContentLength is not <= MaxOrder || await ReadAsync(http) is not { } order)
            return NodeFailures.TransferRefused("it is not said what to fetch");
        using var registry = new RegistryClient(place);
        var outcome = await PullAsync(registry, order, reservation, http.RequestAborted);
        if (outcome.Failed)
            return outcome.Trouble;
        TransferLog.Received(log, reservation.MigrationId, outcome.Value.Files, outcome.Value.Bytes);
        await http.Response.WriteAsJsonAsync(outcome.Value, ContractJson.Options, http.RequestAborted);
        return null;
    }

    private async Task<Outcome<CompleteCheckpoint>> PullAsync(
        RegistryClient registry, PullOrder order, Reservation reservation, CancellationToken cancel)
    {
        var manifest = await registry.PullManifestAsync(order.Manifest, cancel);
        if (manifest.Failed)
            return manifest.Trouble;
        if (Blob.Named(SHA256.HashData(manifest.Value)) != order.Manifest)
            return NodeFailures.ArchiveRefused("image", "its manifest is not the one that was pushed");
        if (CheckpointImage.LayerOf(manifest.Value) is not { } layer)
            return NodeFailures.ArchiveRefused("image", "it is not that of a checkpoint");
        // The layer has what podman says of the container besides, which is not taken.
        if (layer.Size > reservation.MaxBytes)
            return NodeFailures.TooLarge(reservation.MaxBytes);
        var pulled = await registry.PullAsync(layer, cancel);
        if (pulled.Failed)
            return pulled.Trouble;
        using var answer = pulled.Value;
        await using var body = new AtMost(await answer.Content.ReadAsStreamAsync(cancel), layer.Size);
        using var sha = SHA256.Create();
        await using var hashed = new CryptoStream(body, sha, CryptoStreamMode.Read);
        return await incoming.For(reservation).ReceiveFilesAsync(async (take, limited) =>
        {
            if (await CheckpointLayer.ReadAsync(hashed, order.Volumes, take, limited) is { } trouble)
                return trouble;
            return await DigestAsync(hashed, sha, limited) == layer.Digest
                ? null
                : NodeFailures.ArchiveRefused("image", "its layer is not the one that was pushed");
        }, cancel);
    }

    /// <summary>Of all of it, what stands behind the last entry too; null when there is more than there should be.</summary>
    private static async Task<string?> DigestAsync(CryptoStream hashed, SHA256 sha, CancellationToken cancel)
    {
        try
        {
            await hashed.CopyToAsync(Stream.Null, cancel);
            return Blob.Named(sha.Hash!);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static async Task<PullOrder?> ReadAsync(HttpContext http)
    {
        try
        {
            var order = await http.Request.ReadFromJsonAsync<PullOrder>(ContractJson.Options, http.RequestAborted);
            return order is { Volumes: not null } && Blob.IsDigest(order.Manifest) ? order : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
