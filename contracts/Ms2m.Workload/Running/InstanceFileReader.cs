using System.Text.Json;
using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>What can be seen of a file without reading it.</summary>
public readonly record struct FileStamp(DateTime Written, long Length);

/// <summary>Reads the instance file, and sees cheaply that it is another one: that is how restored memory learns that it
/// is a copy, before its dead connection tells it.</summary>
public sealed class InstanceFileReader(string path)
{
    private readonly FileInfo file = new(path);

    /// <summary>A file that is not there has a stamp too, unlike any other. Where it is a link, as in a pod, where the kubelet
    /// replaces all files of a volume at once by one link, the link itself never changes.</summary>
    public FileStamp Stamp()
    {
        file.Refresh();
        var seen = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return seen.Exists ? new FileStamp(seen.LastWriteTimeUtc, seen.Length) : default;
    }

    /// <summary>The file, or why it cannot be used.</summary>
    public (InstanceFile? File, string Why) Read()
    {
        try
        {
            var content = File.ReadAllBytes(path);
            if (content.Length == 0)
            {
                // A pod's file is empty until its annotation is written.
                return (null, $"{path} is empty: this instance has not been let in yet; waiting, touching nothing");
            }
            var read = JsonSerializer.Deserialize<InstanceFile>(content, ContractJson.Options);
            return read switch
            {
                null => (null, $"{path} says nothing"),
                { InstanceId: null or "" } => (null, $"{path} names no instanceId"),
                { Workload: null or "" } => (null, $"{path} names no workload"),
                _ when !Uri.TryCreate(read.BrokerUri, UriKind.Absolute, out _) => (null, $"{path} has no usable brokerUri"),
                _ => (WithPassword(read), ""),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException
            or InvalidOperationException or NotSupportedException)
        {
            return (null, $"{path} cannot be read: {e.Message}");
        }
    }

    // Everybody who may look at a pod sees its instance file, and only the pod its key.
    private InstanceFile WithPassword(InstanceFile read)
    {
        var address = new UriBuilder(read.BrokerUri);
        if (address.Password.Length > 0)
        {
            return read;
        }
        var key = File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, InstanceFile.KeyFile)).Trim();
        address.Password = Credentials.InstancePassword(key, read.InstanceId);
        return read with { BrokerUri = address.Uri.AbsoluteUri };
    }
}
