using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>A received checkpoint's files as they were before the first attempt to restore it. A restore writes archives anew
/// before it unpacks them, and files of its own beside the images; so this is noted before, for the attempts that follow when
/// it fails or its worker ends. What happens to an archive between two attempts is not seen; the images are looked at by
/// each.</summary>
/// <param name="Digest">Which the whole should have.</param>
/// <param name="Images">Names of what stays as it is.</param>
/// <param name="Archives">What counts of each in the digest, by name.</param>
internal sealed record ArrivedFiles(string Digest, IReadOnlyList<string> Images, IReadOnlyDictionary<string, string> Archives)
{
    private const string FileName = "arrived.json";

    public static async Task<ArrivedFiles> OfAsync(string images, string digest, CancellationToken cancel)
    {
        var note = NoteOf(images);
        if (PrivateFiles.ReadJson<ArrivedFiles>(note) is { Images: not null, Archives: not null } noted && noted.Digest == digest)
            return noted;
        var names = Directory.GetFiles(images).Select(path => Path.GetFileName(path)).ToLookup(CheckpointFiles.IsArchive);
        using var seen = new CheckpointDigest();
        await seen.AppendFilesAsync(images, names[true], cancel);
        var arrived = new ArrivedFiles(digest, [.. names[false]], seen.Seen());
        PrivateFiles.ReplaceJson(note, arrived);
        return arrived;
    }

    public static void Forget(string images) => File.Delete(NoteOf(images));

    /// <summary>Beside the images: among them it would be one.</summary>
    private static string NoteOf(string images) => Path.Combine(Path.GetDirectoryName(images)!, FileName);
}
