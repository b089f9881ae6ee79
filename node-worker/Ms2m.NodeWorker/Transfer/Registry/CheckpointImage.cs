using System.Text.Json;
using System.Text.Json.Serialization;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Transfer.Registry;

/// <summary>A checkpoint as an OCI image, as podman and CRI-O make and restore one: one layer, which is podman's export, and
/// annotations by which it is known for what it is.</summary>
internal sealed record CheckpointImage(Blob Manifest, byte[] ManifestBytes, Blob Config, byte[] ConfigBytes, Blob Layer)
{
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    public const string LayerType = "application/vnd.oci.image.layer.v1.tar";

    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string Podman = "io.podman.annotations.checkpoint.";

    public static CheckpointImage Of(Blob layer, ExportedContainer container, DateTimeOffset now)
    {
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            created = now,
            architecture = "amd64",
            os = "linux",
            config = new { WorkingDir = "/" },
            rootfs = new { type = "layers", diff_ids = new[] { layer.Digest } },
        });
        var configBlob = Blob.Of(ConfigType, config);
        var manifest = JsonSerializer.SerializeToUtf8Bytes(
            new ImageManifest(2, ManifestType, configBlob, [layer], Annotations(container)));
        return new CheckpointImage(Blob.Of(ManifestType, manifest), manifest, configBlob, config, layer);
    }

    /// <summary>Its one layer; null when this is no manifest of a checkpoint.</summary>
    public static Blob? LayerOf(byte[] manifest)
    {
        try
        {
            return JsonSerializer.Deserialize<ImageManifest>(manifest) is { Version: 2, Layers: [{ MediaType: LayerType } layer] }
                && Blob.IsDigest(layer.Digest) && layer.Size > 0 ? layer : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Dictionary<string, string> Annotations(ExportedContainer container) => new()
    {
        ["io.kubernetes.cri-o.annotations.checkpoint.name"] = container.Name,
        [$"{Podman}name"] = container.Name,
        [$"{Podman}rawImageName"] = container.ImageName,
        [$"{Podman}rootfsImageName"] = container.ImageName,
        [$"{Podman}rootfsImageID"] = container.ImageId,
        // podman restores with no other runtime than this.
        [$"{Podman}runtime.name"] = "runc",
        [$"{Podman}cgroups.version"] = "v2",
        [$"{Podman}host.arch"] = "amd64",
        [$"{Podman}host.kernel"] = Environment.OSVersion.Version.ToString(),
    };

    private sealed record ImageManifest(
        [property: JsonPropertyName("schemaVersion")] int Version,
        [property: JsonPropertyName("mediaType")] string? MediaType,
        [property: JsonPropertyName("config")] Blob? Config,
        [property: JsonPropertyName("layers")] IReadOnlyList<Blob?>? Layers,
        [property: JsonPropertyName("annotations")] IReadOnlyDictionary<string, string>? Annotations);
}
