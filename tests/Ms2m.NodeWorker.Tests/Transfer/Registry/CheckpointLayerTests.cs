using System.Formats.Tar;
using Ms2m.Fuzzing;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer.Registry;

namespace Ms2m.NodeWorker.Tests.Transfer.Registry;

public sealed class CheckpointLayerTests
{
    private static readonly Dictionary<string, string> Volumes = new() { ["volumes/abc.tar"] = "volume-1.tar" };

    private static byte[] Tar(params TarEntry[] entries)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var entry in entries)
                writer.WriteEntry(entry);
        }
        return tar.ToArray();
    }

    private static PaxTarEntry File(string name, string content = "content") => new(TarEntryType.RegularFile, name)
    {
        DataStream = new MemoryStream(System.Text.Encoding.ASCII.GetBytes(content)),
    };

    private static async Task<(Dictionary<string, string> Files, string? Code)> ReadAsync(byte[] layer)
    {
        var files = new Dictionary<string, string>();
        var trouble = await CheckpointLayer.ReadAsync(new MemoryStream(layer), Volumes, async (name, content) =>
        {
            using var reader = new StreamReader(content);
            files.Add(name, await reader.ReadToEndAsync());
            return null;
        }, default);
        return (files, trouble?.Reason.Code);
    }

    [Fact]
    public async Task what_a_checkpoint_consists_of_is_taken_and_nothing_else()
    {
        var (files, code) = await ReadAsync(Tar(
            new PaxTarEntry(TarEntryType.Directory, "checkpoint/"), File("checkpoint/pages-1.img", "memory"), File("config.dump"),
            File("spec.dump"), File("rootfs-diff.tar"), File("deleted.files"), File("devshm-checkpoint.tar"),
            File("volumes/abc.tar", "volume"), File("volumes/other.tar"), File("network.status")));

        Assert.Null(code);
        Assert.Equal(
            ["deleted.files", "devshm-checkpoint.tar", "pages-1.img", "rootfs-diff.tar", "volume-1.tar"], files.Keys.Order());
        Assert.Equal(("memory", "volume"), (files["pages-1.img"], files["volume-1.tar"]));
    }

    [Theory]
    [InlineData("checkpoint/../../etc/cron.d/evil")]
    [InlineData("checkpoint//etc/passwd")]
    [InlineData("checkpoint/sub/pages-1.img")]
    [InlineData("checkpoint/.hidden")]
    [InlineData("/checkpoint/pages-1.img")]
    [InlineData("../pages-1.img")]
    public async Task names_that_lead_elsewhere_lead_nowhere(string name)
    {
        var (files, code) = await ReadAsync(Tar(File(name)));

        Assert.Null(code);
        Assert.Empty(files);
    }

    [Fact]
    public async Task a_link_in_place_of_a_file_is_refused()
    {
        var link = new PaxTarEntry(TarEntryType.SymbolicLink, "checkpoint/pages-1.img") { LinkName = "/etc/shadow" };

        Assert.Equal("MS2M-2308", (await ReadAsync(Tar(link))).Code);
    }

    [Fact]
    public async Task noise_is_refused_or_has_nothing_in_it()
    {
        var whole = Tar(File("checkpoint/pages-1.img", "memory"), File("rootfs-diff.tar"));
        await Fuzz.EachAsync(1000, async random =>
        {
            var (files, _) = await ReadAsync(Mutation.Bytes(random, whole));
            Assert.All(files.Keys, name => Assert.DoesNotContain('/', name));
        });
    }

    [Fact]
    public async Task both_digests_are_found_in_one_reading()
    {
        using var folder = new TemporaryFolder();
        var layer = Tar(File("checkpoint/pages-1.img", "memory"), File("config.dump"));
        System.IO.File.WriteAllBytes(folder["export.tar"], layer);
        using var digest = new Ms2m.NodeWorker.Transfer.CheckpointDigest();
        digest.Append("pages-1.img", "memory"u8);

        var described = (await CheckpointLayer.DescribeAsync(folder["export.tar"], Volumes, default)).Value;

        Assert.Equal(Blob.Of(CheckpointImage.LayerType, layer), described.Layer);
        Assert.Equal((digest.Current(), 6L, 1), (described.Checkpoint.Digest, described.Checkpoint.Bytes, described.Checkpoint.Files));
    }
}
