using System.Formats.Tar;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Images;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;

/// <summary>Unpacks a kubelet's archive into a checkpoint's folder. The archive holds what a workload's memory held, and the
/// runtime has written it as root: nothing is unpacked by name but plain files, into one folder.</summary>
internal static class KubeletArchive
{
    private const int MaxEntries = 20_000;
    private const string Images = "checkpoint/";

    /// <summary>Of no use to a restore, and long.</summary>
    private const string Log = "dump.log";

    /// <param name="folder">There, private.</param>
    /// <param name="maxBytes">Of all files together.</param>
    /// <param name="ours">Whether it has been packed here, with the pod's description.</param>
    public static async Task<Trouble?> UnpackAsync(
        Stream archive, string folder, long maxBytes, CancellationToken cancel, bool ours = false)
    {
        var left = maxBytes;
        var names = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            await using var tar = new TarReader(archive, leaveOpen: true);
            for (var entries = 0; await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry; entries++)
            {
                if (entries == MaxEntries)
                    return Refused($"it has more than {MaxEntries} entries");
                if (entry.EntryType == TarEntryType.Directory)
                    continue;
                if (NameOf(entry.Name) is not { } name || (name == PodDocument.FileName && !ours))
                    continue;
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                    return Refused($"{name} is no file in it");
                if (!names.Add(name))
                    return Refused($"{name} stands in it twice");
                left -= entry.Length;
                if (left < 0)
                    return NodeFailures.TooLarge(maxBytes);
                await WriteAsync(Path.Combine(folder, name), entry.DataStream, cancel);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException)
        {
            return Refused(e.Message);
        }
        return names.Contains(CheckpointFiles.Inventory) ? null : Refused("there is no memory in it");
    }

    /// <summary>Null for what a restore does not need: what is no image, in the folder of images, and other folders.</summary>
    private static string? NameOf(string entry)
    {
        var name = entry.StartsWith("./", StringComparison.Ordinal) ? entry[2..] : entry;
        var image = name.StartsWith(Images, StringComparison.Ordinal);
        if (image)
            name = name[Images.Length..];
        return CheckpointFiles.IsAllowed(name) && image == CheckpointContent.IsImage(name) && name != Log
            ? name : null;
    }

    private static async Task WriteAsync(string path, Stream? content, CancellationToken cancel)
    {
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            UnixCreateMode = PrivateFiles.File,
        });
        if (content is not null)
            await content.CopyToAsync(file, cancel);
    }

    private static Trouble Refused(string cause) => NodeFailures.KubeletArchive(cause);
}
