using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Archives;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Runtimes;

/// <summary>What a node that has been taken over might send in order to get at the next one.</summary>
public sealed class HostileArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Archive => Checkpoint(CheckpointFiles.Changed);

    private string Image => _folder["image"];

    public HostileArchiveTests()
    {
        Directory.CreateDirectory(_folder["checkpoint"]);
        Directory.CreateDirectory(Path.Combine(Image, "srv"));
    }

    public void Dispose() => _folder.Dispose();

    private string Checkpoint(string name) => Path.Combine(_folder["checkpoint"], name);

    private void Write(params TarEntry[] entries)
    {
        using var file = File.Create(Archive);
        using var tar = new TarWriter(file, TarEntryFormat.Pax);
        foreach (var entry in entries)
            tar.WriteEntry(entry);
    }

    private static PaxTarEntry Make(string name, string content = "x") => new(TarEntryType.RegularFile, name)
    {
        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
    };

    private static PaxTarEntry Folder(string name) => new(TarEntryType.Directory, name);

    private static PaxTarEntry Link(string name, string target, bool hard = false) =>
        new(hard ? TarEntryType.HardLink : TarEntryType.SymbolicLink, name) { LinkName = target };

    /// <summary>Why it was refused; null when it was not. Either way nothing but the checkpoint's folder has changed.</summary>
    private async Task<string?> CheckAsync()
    {
        var before = Snapshot();
        var trouble = await CheckedArchive.CheckFolderAsync(_folder["checkpoint"], [Image], default);
        Assert.Equal(before, Snapshot());
        Assert.DoesNotContain(Directory.GetFiles(_folder["checkpoint"]), f => f.EndsWith(".checked", StringComparison.Ordinal));
        if (trouble is null)
            return null;
        Assert.Equal(("MS2M-2308", false), (trouble.Reason.Code, trouble.Retryable));
        Assert.DoesNotContain(trouble.Reason.Message, char.IsControl);
        Assert.True(trouble.Reason.Message.Length < 300);
        return trouble.Reason.Message;
    }

    private string[] Snapshot() => [.. Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories)
        .Where(f => !f.StartsWith(_folder["checkpoint"], StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private async Task IsRefusedAsync(string because) =>
        Assert.Contains(because, await CheckAsync(), StringComparison.Ordinal);

    [Fact]
    public async Task what_a_workload_really_changes_passes_with_its_content_modes_and_links()
    {
        Write(
            Folder("srv/"), Make("srv/a", "first"), Make("srv/b", ""), Link("srv/c", "srv/a", hard: true), Link("srv/d", "../srv/a"),
            Link("srv/e", "/etc/hostname"), Folder("deep"), Folder("deep/er"), Make("deep/er/f"));

        Assert.Null(await CheckAsync());

        using var tar = new TarReader(File.OpenRead(Archive));
        var names = new List<string>();
        while (tar.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name);
            if (entry.Name == "srv/a")
                Assert.Equal("first", await new StreamReader(entry.DataStream!).ReadToEndAsync());
        }
        Assert.Equal(["srv/", "srv/a", "srv/b", "srv/c", "srv/d", "srv/e", "deep", "deep/er", "deep/er/f"], names);
        Assert.Equal(PrivateFiles.File, File.GetUnixFileMode(Archive));
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("srv/../../evil")]
    [InlineData("/etc/cron.d/evil")]
    [InlineData("srv/./x")]
    [InlineData("srv//x")]
    [InlineData("..")]
    [InlineData("srv/.wh.a")]
    [InlineData("bell\u0007")]
    [InlineData("BZh9\u001b[2J")]
    public async Task a_name_that_leads_elsewhere(string name)
    {
        Write(Make(name));
        await IsRefusedAsync("its name is none, or leads elsewhere");
    }

    [Fact]
    public async Task a_name_longer_than_any_path()
    {
        Write(Make(string.Join('/', Enumerable.Repeat(new string('a', 200), 25))));
        await IsRefusedAsync("its name is none");
    }

    [Fact]
    public async Task a_part_longer_than_any_name()
    {
        Write(Make("srv/" + new string('ä', 128)));
        await IsRefusedAsync("its name is none");
    }

    [Fact]
    public async Task a_file_behind_a_link_that_came_before_it()
    {
        Write(Link("srv/way", "/etc"), Make("srv/way/passwd"));
        await IsRefusedAsync("it lies in srv/way, which is no folder");
    }

    [Fact]
    public async Task a_file_behind_a_link_of_the_image()
    {
        File.CreateSymbolicLink(Path.Combine(Image, "srv/run"), "/no/such/folder");
        Write(Make("srv/run/evil"));
        await IsRefusedAsync("it lies in srv/run, which is no folder");
    }

    [Fact]
    public async Task a_link_that_climbs_out()
    {
        Write(Link("srv/way", "../../etc"));
        await IsRefusedAsync("it links out of the folder");
    }

    [Theory]
    [InlineData("/etc/shadow")]
    [InlineData("../../etc/shadow")]
    [InlineData("etc/shadow")]
    [InlineData("srv/way")]
    public async Task a_hard_link_to_what_was_not_brought(string target)
    {
        Write(Link("srv/way", "/etc/shadow"), Link("srv/b", target, hard: true));
        await IsRefusedAsync("it links to a file that the archive has not brought");
    }

    [Theory]
    [InlineData(TarEntryType.BlockDevice)]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.Fifo)]
    public async Task a_device_or_a_fifo(TarEntryType type)
    {
        Write(new PaxTarEntry(type, "srv/mem"));
        await IsRefusedAsync("only files, folders and links may travel");
    }

    [Theory]
    [InlineData(UnixFileMode.SetUser)]
    [InlineData(UnixFileMode.SetGroup)]
    public async Task a_program_that_would_run_as_another_user(UnixFileMode mode)
    {
        Write(new PaxTarEntry(TarEntryType.RegularFile, "srv/su") { Mode = mode | UnixFileMode.UserExecute });
        await IsRefusedAsync("it would run as another user");
    }

    [Theory]
    [InlineData("SCHILY.xattr.security.capability", "MS2M")]
    [InlineData("SCHILY.xattr.trusted.overlay.redirect", "/etc")]
    [InlineData("GNU.sparse.realsize", "1099511627776")]
    public async Task an_attribute_that_is_as_good_as_setuid_or_makes_a_file_larger_than_it_is(string key, string value)
    {
        Write(new PaxTarEntry(TarEntryType.RegularFile, "srv/su", new Dictionary<string, string> { [key] = value }));
        Assert.NotNull(await CheckAsync());
    }

    [Fact]
    public async Task a_name_twice()
    {
        Write(Make("srv/a"), Make("./srv/a"));
        await IsRefusedAsync("the name stands there twice");
    }

    [Fact]
    public async Task a_file_that_then_is_a_folder()
    {
        Write(Make("srv/a"), Make("srv/a/b"));
        await IsRefusedAsync("it lies in srv/a, which is no folder");
    }

    [Fact]
    public async Task ever_more_entries()
    {
        Write([.. Enumerable.Range(0, 20_001).Select(i => Folder($"d{i}"))]);
        await IsRefusedAsync("more than 20000 entries");
    }

    [Fact]
    public async Task a_compressed_archive_however_small()
    {
        using (var file = File.Create(Archive))
        using (var gzip = new GZipStream(file, CompressionLevel.SmallestSize))
            gzip.Write(new byte[10_000_000]);

        Assert.NotNull(await CheckAsync());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(512)]
    [InlineData(700)]
    [InlineData(1100)]
    public async Task one_that_ends_early(int length)
    {
        Write(Make("srv/a", new string('x', 3000)));
        using (var file = File.OpenWrite(Archive))
            file.SetLength(length);

        Assert.NotNull(await CheckAsync());
    }

    [Theory]
    [InlineData('0')]
    [InlineData('x')]
    [InlineData('L')]
    [InlineData('K')]
    [InlineData('g')]
    [InlineData('S')]
    public async Task one_that_says_it_is_larger_than_it_is_costs_no_memory(char type)
    {
        File.WriteAllBytes(Archive, [.. Head("srv/a", type, "17777777777"), .. new byte[1024]]);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        Assert.NotNull(await CheckAsync());

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 50_000_000);
    }

    [Fact]
    public async Task noise()
    {
        var noise = new byte[10_000];
        new Random(5).NextBytes(noise);
        File.WriteAllBytes(Archive, noise);

        Assert.NotNull(await CheckAsync());
    }

    [Theory]
    [InlineData("[\"../../etc/passwd\"]")]
    [InlineData("[\"/srv/../../etc\"]")]
    [InlineData("[\"/\"]")]
    [InlineData("[\"\"]")]
    [InlineData("[\"/srv/run/evil\"]")]
    [InlineData("[null]")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("not json")]
    public async Task a_deletion_that_leads_elsewhere(string list)
    {
        File.CreateSymbolicLink(Path.Combine(Image, "srv/run"), "/no/such/folder");
        File.WriteAllText(Checkpoint(CheckpointFiles.Deleted), list);

        Assert.NotNull(await CheckAsync());
    }

    [Fact]
    public async Task a_deletion_behind_a_link_that_the_archive_brings()
    {
        Write(Link("srv/way", "/"));
        File.WriteAllText(Checkpoint(CheckpointFiles.Deleted), "[\"/srv/way/etc\"]");

        await IsRefusedAsync("it lies in srv/way, which is no folder");
    }

    [Fact]
    public async Task a_deletion_of_what_the_image_has_passes()
    {
        File.WriteAllText(Checkpoint(CheckpointFiles.Deleted), "[\"/srv/a\",\"/etc\"]");

        Assert.Null(await CheckAsync());
    }

    private static byte[] Head(string name, char type, string octalSize)
    {
        var head = new byte[512];
        Encoding.ASCII.GetBytes(name, head);
        Encoding.ASCII.GetBytes("0000644\0" + "0000000\0" + "0000000\0" + octalSize + "\0" + "00000000000\0", head.AsSpan(100));
        head.AsSpan(148, 8).Fill((byte)' ');
        head[156] = (byte)type;
        Encoding.ASCII.GetBytes("ustar\u000000", head.AsSpan(257));
        var sum = head.Sum(b => b);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ", head.AsSpan(148));
        return head;
    }
}
