using System.IO.Compression;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;

/// <summary>containerd compresses the archive of changed files and calls it a tar all the same. It takes a plain one back, and
/// only that can be looked into.</summary>
internal static class PlainTar
{
    private static readonly byte[] Gzip = [0x1F, 0x8B];

    /// <param name="maxBytes">A few bytes can say that they are very many.</param>
    /// <returns>Why it cannot be read.</returns>
    public static async Task<string?> MakeAsync(string path, long maxBytes, CancellationToken cancel)
    {
        if (!File.Exists(path) || !await IsCompressedAsync(path, cancel))
            return null;
        var plain = path + ".plain";
        try
        {
            await using (var from = new GZipStream(File.OpenRead(path), CompressionMode.Decompress))
            await using (var to = new FileStream(plain, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = PrivateFiles.File,
            }))
            {
                var block = new byte[1 << 16];
                while (await from.ReadAsync(block, cancel) is > 0 and var read)
                {
                    if (to.Length + read > maxBytes)
                        return "its changed files are more than there is room for";
                    await to.WriteAsync(block.AsMemory(0, read), cancel);
                }
                Array.Clear(block);
            }
            File.Move(plain, path, overwrite: true);
            return null;
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
        finally
        {
            File.Delete(plain);
        }
    }

    private static async Task<bool> IsCompressedAsync(string path, CancellationToken cancel)
    {
        await using var file = File.OpenRead(path);
        var head = new byte[Gzip.Length];
        return await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel) == head.Length
            && head.AsSpan().SequenceEqual(Gzip);
    }
}
