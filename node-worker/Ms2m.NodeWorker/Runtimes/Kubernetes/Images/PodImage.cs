using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ms2m.NodeWorker.Transfer.Registry;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Images;

/// <summary>A checkpoint as the image from which containerd and CRI-O restore a container: one layer, not compressed, and
/// annotations on its manifest. containerd looks for one of them, CRI-O for the other.</summary>
internal sealed record PodImage(CheckpointImage Image, CheckpointContent Content)
{
    public const string LayoutVersion = """{"imageLayoutVersion":"1.0.0"}""";

    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string IndexType = "application/vnd.oci.image.index.v1+json";

    /// <param name="container">The container's name in its pod.</param>
    public static async Task<PodImage> OfAsync(string folder, string container, string architecture, CancellationToken cancel)
    {
        var content = CheckpointContent.Of(folder, without: PodDocument.FileName);
        using var sha = SHA256.Create();
        await using (var hashed = new CryptoStream(Stream.Null, sha, CryptoStreamMode.Write))
            await content.WriteToAsync(hashed, cancel);
        var layer = new Blob(CheckpointImage.LayerType, Blob.Named(sha.Hash!), content.Length);
        var config = Json(new JsonObject
        {
            ["architecture"] = architecture,
            ["os"] = "linux",
            ["config"] = await UserOfAsync(folder, cancel) is { } user
                ? new JsonObject { ["User"] = user, ["WorkingDir"] = "/" }
                : new JsonObject { ["WorkingDir"] = "/" },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(layer.Digest) },
        });
        var configBlob = Blob.Of(ConfigType, config);
        var manifest = Json(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = CheckpointImage.ManifestType,
            ["config"] = Descriptor(configBlob),
            ["layers"] = new JsonArray(Descriptor(layer)),
            ["annotations"] = new JsonObject
            {
                ["org.criu.checkpoint.container.name"] = container,
                ["io.kubernetes.cri-o.annotations.checkpoint.name"] = container,
            },
        });
        return new PodImage(
            new CheckpointImage(Blob.Of(CheckpointImage.ManifestType, manifest), manifest, configBlob, config, layer), content);
    }

    /// <summary>The list of images in an image layout: this one, under that name.</summary>
    public byte[] Index(string name)
    {
        var manifest = Descriptor(Image.Manifest);
        manifest["annotations"] = new JsonObject
        {
            // containerd takes the first for the whole name, others the second.
            ["io.containerd.image.name"] = name,
            ["org.opencontainers.image.ref.name"] = name,
        };
        return Json(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = IndexType, ["manifests"] = new JsonArray(manifest) });
    }

    /// <summary>Whom the container's first process runs as. The kubelet takes an image without one for root's, and refuses it
    /// where <c>runAsNonRoot</c> is set.</summary>
    private static async Task<string?> UserOfAsync(string folder, CancellationToken cancel)
    {
        try
        {
            await using var spec = File.OpenRead(Path.Combine(folder, "spec.dump"));
            using var document = await JsonDocument.ParseAsync(spec, cancellationToken: cancel);
            var user = document.RootElement.GetProperty("process").GetProperty("user");
            return string.Create(
                CultureInfo.InvariantCulture, $"{user.GetProperty("uid").GetUInt32()}:{user.GetProperty("gid").GetUInt32()}");
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Its runtime will say what is wrong with it.
            return null;
        }
    }

    public static string PathOf(Blob blob) => $"blobs/{blob.Digest.Replace(':', '/')}";

    private static JsonObject Descriptor(Blob blob) =>
        new() { ["mediaType"] = blob.MediaType, ["digest"] = blob.Digest, ["size"] = blob.Size };

    private static byte[] Json(JsonObject document) => JsonSerializer.SerializeToUtf8Bytes(document);
}
