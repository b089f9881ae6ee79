using System.Text.Json;
using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>What can be seen of a file without reading it.</summary>
internal readonly record struct FileStamp(DateTime Written, long Length);

/// <summary>Reads the instance file, and sees cheaply that it is another one: that is how restored memory learns that it
/// is a copy, before its dead connection tells it.</summary>
internal sealed class InstanceFileReader(string path)
{
    private readonly FileInfo file = new(path);

    /// <summary>A file that is not there has a stamp too, unlike any other.</summary>
    public FileStamp Stamp()
    {
        file.Refresh();
        return file.Exists ? new FileStamp(file.LastWriteTimeUtc, file.Length) : default;
    }

    /// <summary>The file, or why it cannot be used.</summary>
    public (InstanceFile? File, string Why) Read()
    {
        try
        {
            var read = JsonSerializer.Deserialize<InstanceFile>(File.ReadAllBytes(path), ContractJson.Options);
            return read switch
            {
                null => (null, $"{path} is empty"),
                { InstanceId: null or "" } => (null, $"{path} names no instanceId"),
                { Workload: null or "" } => (null, $"{path} names no workload"),
                _ when !Uri.TryCreate(read.BrokerUri, UriKind.Absolute, out _) => (null, $"{path} has no usable brokerUri"),
                _ => (read, ""),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException
            or InvalidOperationException or NotSupportedException)
        {
            return (null, $"{path} cannot be read: {e.Message}");
        }
    }
}
