using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using Ms2m.NodeWorker.Runtimes.Podman;

namespace Ms2m.NodeWorker.Tests.Runtimes;

public sealed class CheckpointArchiveTests
{
    [Fact]
    public async Task a_copy_has_the_new_labels_and_everything_else_as_it_was()
    {
        var memory = new byte[300_000];
        new Random(7).NextBytes(memory);
        using var archive = await ArchiveAsync(
            ("config.dump", """{"name":"old","labels":{"io.ms2m.instance":"old","other":"kept"},"mounts":[1]}"""u8.ToArray()),
            ("checkpoint/pages-1.img", memory));
        using var copy = new MemoryStream();

        await CheckpointArchive.CopyAsync(
            archive, copy, new Dictionary<string, string> { ["io.ms2m.instance"] = "new" }, CancellationToken.None);

        copy.Position = 0;
        var entries = await ReadAsync(copy);
        var description = JsonNode.Parse(entries["config.dump"])!;
        Assert.Equal("new", (string?)description["labels"]!["io.ms2m.instance"]);
        Assert.Equal("kept", (string?)description["labels"]!["other"]);
        Assert.Equal("old", (string?)description["name"]);
        Assert.Equal(memory, entries["checkpoint/pages-1.img"]);
    }

    [Fact]
    public async Task a_description_that_cannot_be_read_is_an_error_not_a_guess()
    {
        using var archive = await ArchiveAsync(("config.dump", Encoding.UTF8.GetBytes("null")));
        using var copy = new MemoryStream();

        await Assert.ThrowsAsync<InvalidDataException>(() => CheckpointArchive.CopyAsync(
            archive, copy, new Dictionary<string, string>(), CancellationToken.None));
    }

    private static async Task<MemoryStream> ArchiveAsync(params (string Name, byte[] Content)[] files)
    {
        var archive = new MemoryStream();
        await using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (name, content) in files)
                await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }
        archive.Position = 0;
        return archive;
    }

    private static async Task<Dictionary<string, byte[]>> ReadAsync(Stream archive)
    {
        var entries = new Dictionary<string, byte[]>();
        await using var reader = new TarReader(archive);
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
        {
            using var content = new MemoryStream();
            await entry.DataStream!.CopyToAsync(content);
            entries[entry.Name] = content.ToArray();
        }
        return entries;
    }
}
