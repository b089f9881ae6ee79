using System.Text;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Images;

/// <summary>OCI's image layout: as an archive that is written while it is read, so that the memory in it is nowhere twice, or
/// as a folder for whoever needs one.</summary>
internal static class OciLayout
{
    public static async Task WriteArchiveAsync(PodImage image, string name, Stream to, CancellationToken cancel)
    {
        foreach (var (path, content) in Small(image, name))
        {
            await to.WriteAsync(TarBlocks.Header(path, content.Length), cancel);
            await to.WriteAsync(content, cancel);
            await to.WriteAsync(TarBlocks.Padding(content.Length), cancel);
        }
        var layer = image.Image.Layer;
        await to.WriteAsync(TarBlocks.Header(PodImage.PathOf(layer), layer.Size), cancel);
        await image.Content.WriteToAsync(to, cancel);
        await to.WriteAsync(TarBlocks.Padding(layer.Size), cancel);
        await to.WriteAsync(new byte[TarBlocks.End], cancel);
    }

    /// <param name="folder">Empty, private.</param>
    public static async Task WriteFolderAsync(PodImage image, string name, string folder, CancellationToken cancel)
    {
        PrivateFiles.CreateFolder(Path.Combine(folder, "blobs"));
        PrivateFiles.CreateFolder(Path.Combine(folder, "blobs", "sha256"));
        foreach (var (path, content) in Small(image, name))
            PrivateFiles.Replace(Path.Combine(folder, path), content);
        await using var layer = new FileStream(Path.Combine(folder, PodImage.PathOf(image.Image.Layer)), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = PrivateFiles.File,
        });
        await image.Content.WriteToAsync(layer, cancel);
    }

    private static (string Path, byte[] Content)[] Small(PodImage image, string name) =>
    [
        ("oci-layout", Encoding.ASCII.GetBytes(PodImage.LayoutVersion)),
        ("index.json", image.Index(name)),
        (PodImage.PathOf(image.Image.Manifest), image.Image.ManifestBytes),
        (PodImage.PathOf(image.Image.Config), image.Image.ConfigBytes),
    ];
}
