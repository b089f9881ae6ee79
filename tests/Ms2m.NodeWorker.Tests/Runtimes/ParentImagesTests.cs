using Ms2m.Fuzzing;
using Ms2m.NodeWorker.Runtimes.Podman;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer;

namespace Ms2m.NodeWorker.Tests.Runtimes;

/// <summary>Images as CRIU writes them, of memory that is made up.</summary>
public sealed class ParentImagesTests : IDisposable
{
    private const string List = "pagemap-7.img";

    // As CRIU 4.2 does it on a parent: 3 pages of its own, 2 of the parent's.
    private const string Written =
        "194356542540085602000000" + "0801" + "0e000000" + "0880a08080808004" + "1003" + "2004" + "2803" + "0e000000" + "0880c08180808004" + "1002" + "2001" + "2802";

    private readonly TemporaryFolder _folder = new();

    public ParentImagesTests()
    {
        Directory.CreateDirectory(_folder["ahead"]);
        Directory.CreateDirectory(_folder["images"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void a_list_is_read_and_written_as_criu_writes_it()
    {
        var map = Pagemap.Parse(Convert.FromHexString(Written));

        Assert.Equal("pages-1.img", map.PagesFile);
        Assert.Equal([(3UL, false, true), (2UL, true, false)], map.Entries.Select(e => (e.Pages, e.IsInParent, e.IsHere)));
        Assert.Equal(Written, Convert.ToHexStringLower(map.ToBytes()));
        Assert.True(map.Entries[1].Taken() is { IsHere: true, IsInParent: false, Pages: 2 });
    }

    [Fact]
    public void a_cut_or_broken_list_is_none()
    {
        var file = Convert.FromHexString(Written);
        for (var length = 0; length < file.Length; length++)
        {
            // Cut between two stretches it is a list of fewer.
            if (length is not (14 or 32))
                Assert.Throws<InvalidDataException>(() => Pagemap.Parse(file.AsSpan(0, length)));
        }
        for (var at = 0; at < file.Length; at++)
        {
            var broken = (byte[])file.Clone();
            broken[at] ^= 0xFF;
            try
            {
                Pagemap.Parse(broken);
            }
            catch (InvalidDataException)
            {
                // Told of; or it is another list.
            }
        }
    }

    [Fact]
    public Task whatever_has_changed_the_pieces_make_the_memory_as_it_is() => Fuzz.EachAsync(300, random =>
    {
        var before = Memory(random);
        var now = new SortedDictionary<ulong, byte>(before);
        foreach (var address in before.Keys.Where(_ => random.Next(4) == 0))
        {
            now.Remove(address);
            if (random.Next(2) == 0)
                now[address] = (byte)random.Next(1, 256);
        }
        foreach (var (address, content) in Memory(random))
            now.TryAdd(address, content);
        var unchanged = now.Where(page => before.TryGetValue(page.Key, out var was) && was == page.Value).Select(page => page.Key).ToHashSet();
        Write(_folder["ahead"], 3, before, []);
        Write(_folder["images"], 4, now, unchanged);
        File.CreateSymbolicLink(Path.Combine(_folder["images"], ParentImages.Link), "../ahead");

        var pieces = ParentImages.PutTogether(_folder["images"], _folder["ahead"]);

        Assert.Equal(unchanged.Count > 0 ? ["pages-4.img"] : [], pieces.Keys);
        var file = unchanged.Count > 0
            ? new OutgoingFile("pages-4.img", pieces["pages-4.img"])
            : OutgoingFile.Of(new FileInfo(Path.Combine(_folder["images"], "pages-4.img")));
        Assert.Equal(now.Values.SelectMany(Page), ReadAll(file, random));
        var map = Pagemap.Parse(File.ReadAllBytes(Path.Combine(_folder["images"], List)));
        Assert.All(map.Entries, entry => Assert.True(entry.IsHere));
        Assert.Equal(now.Keys, map.Entries.SelectMany(e => Enumerable.Range(0, (int)e.Pages).Select(i => e.Address + (ulong)i * 4096)));
        Assert.Null(new FileInfo(Path.Combine(_folder["images"], ParentImages.Link)).LinkTarget);
        return Task.CompletedTask;
    });

    [Fact]
    public void a_parent_without_a_page_that_is_counted_on_is_told_of()
    {
        Write(_folder["ahead"], 1, new() { [0x1000] = 1, [0x3000] = 3 }, []);
        Write(_folder["images"], 1, new() { [0x1000] = 1, [0x2000] = 2 }, [0x1000, 0x2000]);

        Assert.Throws<InvalidDataException>(() => ParentImages.PutTogether(_folder["images"], _folder["ahead"]));
    }

    [Theory]
    [InlineData("ahead")]
    [InlineData("images")]
    public void pages_that_were_not_written_to_the_end_are_told_of(string cut)
    {
        Write(_folder["ahead"], 1, new() { [0x1000] = 1, [0x2000] = 2 }, []);
        Write(_folder["images"], 1, new() { [0x1000] = 1, [0x2000] = 3 }, [0x1000]);
        using (var file = File.OpenWrite(Path.Combine(_folder[cut], "pages-1.img")))
            file.SetLength(file.Length - 1);

        Assert.Throws<InvalidDataException>(() => ParentImages.PutTogether(_folder["images"], _folder["ahead"]));
    }

    [Fact]
    public void a_parent_that_has_no_such_list_is_told_of()
    {
        Write(_folder["images"], 1, new() { [0x1000] = 1 }, [0x1000]);

        Assert.ThrowsAny<IOException>(() => ParentImages.PutTogether(_folder["images"], _folder["ahead"]));
    }

    private static SortedDictionary<ulong, byte> Memory(Random random)
    {
        var pages = new SortedDictionary<ulong, byte>();
        for (var area = 0; area < random.Next(1, 5); area++)
        {
            var start = (ulong)random.Next(1, 60) * 4096;
            for (var page = 0UL; page < (ulong)random.Next(1, 12); page++)
                pages[start + page * 4096] = (byte)random.Next(1, 256);
        }
        return pages;
    }

    private static IEnumerable<byte> Page(byte content) => Enumerable.Repeat(content, 4096);

    private static void Write(string folder, uint id, SortedDictionary<ulong, byte> memory, HashSet<ulong> inParent)
    {
        var entries = new List<PagemapEntry>();
        foreach (var address in memory.Keys)
        {
            if (entries is [.., var last] && last.End == address && last.IsInParent == inParent.Contains(address))
                entries[^1] = Entry(last.Address, last.Pages + 1, last.IsInParent);
            else
                entries.Add(Entry(address, 1, inParent.Contains(address)));
        }
        File.WriteAllBytes(Path.Combine(folder, List), new Pagemap(id, entries).ToBytes());
        File.WriteAllBytes(
            Path.Combine(folder, $"pages-{id}.img"), [.. memory.Where(page => !inParent.Contains(page.Key)).SelectMany(page => Page(page.Value))]);
    }

    private static PagemapEntry Entry(ulong address, ulong pages, bool inParent) =>
        new(new SortedDictionary<uint, ulong> { [1] = address, [2] = pages, [4] = inParent ? 1UL : 4UL, [5] = pages });

    private static List<byte> ReadAll(OutgoingFile file, Random random)
    {
        using var reader = file.Open();
        var (all, block) = (new List<byte>(), new byte[random.Next(1, 20_000)]);
        while (reader.Read(block, all.Count) is > 0 and var read)
            all.AddRange(block.AsSpan(0, read));
        Assert.Equal(file.Length, all.Count);
        return all;
    }
}
