using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;
using Ms2m.NodeWorker.Tests.Kubernetes.Stage;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Kubernetes.Pure;

public sealed class KubeletArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static PaxTarEntry File(string name, string content = "x") =>
        new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.ASCII.GetBytes(content)) };

    private async Task<(Trouble? Trouble, string[] Files)> UnpackAsync(TarEntry[] entries, long maxBytes = 1000)
    {
        using var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, leaveOpen: true))
        {
            foreach (var entry in entries)
                await tar.WriteEntryAsync(entry);
        }
        archive.Position = 0;
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "to")).FullName;
        var trouble = await KubeletArchive.UnpackAsync(archive, folder, maxBytes, default);
        return (trouble, [.. Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories)
            .Where(System.IO.File.Exists).Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal)]);
    }

    [Fact]
    public async Task images_and_what_lies_beside_them_come_into_one_folder()
    {
        var (trouble, files) = await UnpackAsync(
        [
            new PaxTarEntry(TarEntryType.Directory, "checkpoint/"), File("checkpoint/inventory.img"), File("./checkpoint/pages-1.img"),
            File("spec.dump"), File("dump.log"), File("checkpoint/notes.txt"), File("pages-2.img"), File("pod.json"),
        ]);

        Assert.Null(trouble);
        Assert.Equal(["inventory.img", "pages-1.img", "spec.dump"], files);
        Assert.All(files, name => Assert.Equal(PrivateFiles.File, System.IO.File.GetUnixFileMode(Path.Combine(_folder.Path, "to", name))));
    }

    [Theory]
    [InlineData("checkpoint/../../escaped.img")]
    [InlineData("../escaped")]
    [InlineData("/escaped")]
    [InlineData("checkpoint/.hidden.img")]
    public async Task a_name_that_leads_elsewhere_leads_nowhere(string name)
    {
        var (_, files) = await UnpackAsync([File("checkpoint/inventory.img"), File(name)]);

        Assert.Equal(["inventory.img"], files);
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    public async Task a_link_in_the_place_of_a_file_is_refused(TarEntryType kind)
    {
        var (trouble, files) = await UnpackAsync(
            [File("checkpoint/inventory.img"), new PaxTarEntry(kind, "spec.dump") { LinkName = "/etc/passwd" }]);

        Assert.Equal("MS2M-2708", trouble!.Reason.Code);
        Assert.DoesNotContain("spec.dump", files);
    }

    [Fact]
    public async Task a_device_is_refused() => Assert.Equal("MS2M-2708", (await UnpackAsync(
        [new PaxTarEntry(TarEntryType.CharacterDevice, "checkpoint/inventory.img")])).Trouble!.Reason.Code);

    [Fact]
    public async Task two_of_a_name_are_refused() => Assert.Equal("MS2M-2708", (await UnpackAsync(
        [File("checkpoint/inventory.img"), File("./checkpoint/inventory.img")])).Trouble!.Reason.Code);

    [Fact]
    public async Task more_than_there_may_be_is_refused() => Assert.Equal("MS2M-2303", (await UnpackAsync(
        [File("checkpoint/inventory.img", new string('x', 600)), File("spec.dump", new string('x', 600))])).Trouble!.Reason.Code);

    [Fact]
    public async Task an_archive_without_memory_is_none() =>
        Assert.Equal("MS2M-2708", (await UnpackAsync([File("spec.dump")])).Trouble!.Reason.Code);

    [Fact]
    public async Task what_is_no_tar_is_refused() => Assert.Equal("MS2M-2708", (await KubeletArchive.UnpackAsync(
        new MemoryStream(Enumerable.Repeat((byte)'x', 2000).ToArray()), _folder.Path, 5000, default))!.Reason.Code);

    [Fact]
    public async Task a_compressed_tar_of_changed_files_becomes_a_plain_one()
    {
        var path = Path.Combine(_folder.Path, "rootfs-diff.tar");
        await CompressAsync(path, 3000);

        Assert.Null(await PlainTar.MakeAsync(path, 3000, default));

        Assert.Equal(new byte[3000], System.IO.File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
        Assert.Equal(PrivateFiles.File, System.IO.File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task a_few_bytes_that_say_they_are_many_are_not_believed()
    {
        var path = Path.Combine(_folder.Path, "rootfs-diff.tar");
        await CompressAsync(path, 1_000_000);

        Assert.NotNull(await PlainTar.MakeAsync(path, 999_999, default));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("088", "MS2M-2704")]
    [InlineData("093", "MS2M-2704")]
    [InlineData("079", "MS2M-2103")]
    [InlineData("205", "MS2M-2104")]
    [InlineData("209", "MS2M-2707")]
    [InlineData("211", "MS2M-2706")]
    [InlineData("308", "MS2M-2705")]
    public void what_kubelets_have_said_is_understood(string transcript, string code) =>
        Assert.Equal(code, KubeletWords.TroubleOf(Recorded.Problem(transcript), "orders").Reason.Code);

    private static async Task CompressAsync(string path, int length)
    {
        await using var to = new GZipStream(System.IO.File.Create(path), CompressionLevel.Fastest);
        await to.WriteAsync(new byte[length]);
    }
}
