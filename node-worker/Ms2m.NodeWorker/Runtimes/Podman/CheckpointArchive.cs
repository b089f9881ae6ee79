using System.Formats.Tar;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>podman's export of a checkpoint: a tar with its own description of the container in it.</summary>
internal static class CheckpointArchive
{
    private const string Stats = "stats-dump";
    private const string Description = "config.dump";

    /// <summary>A description is a few kilobytes; more is not one.</summary>
    private const long DescriptionLimit = 16 * 1024 * 1024;

    public static CriuStats? ReadStats(string archive)
    {
        using var file = File.OpenRead(archive);
        using var tar = new TarReader(file);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name is Stats && entry.DataStream is { Length: < 4096 } data)
            {
                var bytes = new byte[data.Length];
                data.ReadExactly(bytes);
                return CriuStats.Parse(bytes);
            }
        }
        return null;
    }

    /// <summary>Copies an archive and gives the container in it other labels: podman restores a container with those it
    /// had, and the shadow is not its source.</summary>
    public static async Task CopyAsync(
        Stream from, Stream to, IReadOnlyDictionary<string, string> labels, CancellationToken cancel)
    {
        await using var reader = new TarReader(from, leaveOpen: true);
        await using var writer = new TarWriter(to, TarEntryFormat.Pax, leaveOpen: true);
        while (await reader.GetNextEntryAsync(copyData: false, cancel) is { } entry)
        {
            if (entry.Name == Description)
                entry.DataStream = await RelabelAsync(entry, labels, cancel);
            await writer.WriteEntryAsync(entry, cancel);
        }
    }

    private static async Task<Stream> RelabelAsync(
        TarEntry entry, IReadOnlyDictionary<string, string> labels, CancellationToken cancel)
    {
        if (entry.DataStream is not { } data || entry.Length > DescriptionLimit)
            throw new InvalidDataException("The archive's description of the container is not readable.");
        var description = await JsonNode.ParseAsync(data, cancellationToken: cancel)
            ?? throw new InvalidDataException("The archive's description of the container is empty.");
        var labelled = description["labels"] as JsonObject ?? [];
        description["labels"] = labelled;
        foreach (var (name, value) in labels)
            labelled[name] = value;
        return new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(description));
    }
}
