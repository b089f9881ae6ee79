using Ms2m.Contracts;
using Ms2m.Fuzzing;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Tests.Transfer.Delta;

/// <summary>Whatever base and memory look like, what is put together from base and difference is the memory.</summary>
public sealed class DeltaRoundTripTests
{
    private static byte[] Memory(Random random, int pages)
    {
        var memory = new byte[pages * Page.Length + random.Next(3) * 100];
        for (var at = 0; at < memory.Length; at += Page.Length)
        {
            // Zeros, pages that occur many times, and pages that occur once.
            var page = memory.AsSpan(at, Math.Min(Page.Length, memory.Length - at));
            switch (random.Next(4))
            {
                case 0: break;
                case 1: page.Fill((byte)random.Next(1, 4)); break;
                default: random.NextBytes(page); break;
            }
        }
        return memory;
    }

    /// <summary>Some pages written to, some taken out, some put in: the rest lies elsewhere then.</summary>
    private static byte[] Later(Random random, byte[] memory)
    {
        var later = memory.ToList();
        for (var changes = random.Next(6); changes > 0; changes--)
        {
            var at = random.Next(later.Count / Page.Length) * Page.Length;
            switch (random.Next(3))
            {
                case 0: later[at + random.Next(Page.Length)] ^= 1; break;
                case 1: later.InsertRange(at, Memory(random, 1)[..Page.Length]); break;
                case 2 when later.Count > 4 * Page.Length: later.RemoveRange(at, Page.Length); break;
            }
        }
        return [.. later];
    }

    private static async Task<PageIndex> IndexAsync(params string[] bases)
    {
        var lists = new List<PageList>();
        foreach (var folder in bases)
            lists.Add(await PageList.OfFolderAsync(new string((char)('a' + lists.Count), 64), folder, default));
        return new PageIndex(lists);
    }

    [Fact]
    public async Task the_memory_is_the_same_however_it_differs_from_the_base_and_wherever_the_wire_breaks()
    {
        using var folder = new TemporaryFolder();
        await Fuzz.EachAsync(200, async random =>
        {
            var place = folder[Guid.NewGuid().ToString("N")];
            string[] bases = [Path.Combine(place, "base-0"), Path.Combine(place, "base-1")];
            var memory = Memory(random, random.Next(1, 200));
            foreach (var path in (string[])[.. bases, Path.Combine(place, "out")])
                Directory.CreateDirectory(path);
            await File.WriteAllBytesAsync(Path.Combine(bases[0], "pages-1.img"), memory);
            await File.WriteAllBytesAsync(Path.Combine(bases[1], "pages"), Memory(random, 20));
            var later = Later(random, memory);
            await File.WriteAllBytesAsync(Path.Combine(place, "out", "pages-1.img"), later);
            await File.WriteAllBytesAsync(Path.Combine(place, "out", "core.img"), Mutation.Noise(random, 5000));
            await File.WriteAllBytesAsync(Path.Combine(place, "out", "empty.img"), []);
            using var outgoing = new OutgoingCheckpoint(
                Path.Combine(place, "out"), long.MaxValue, new PacedWire(null, TimeProvider.System), TimeProvider.System)
            {
                Compression = random.Any([TransferCompression.None, TransferCompression.Zstd]),
            };
            outgoing.LeaveOut(await IndexAsync(bases));
            using var incoming = new IncomingCheckpoint(Path.Combine(place, "in"), 10_000_000, () => 10_000_000);
            using var wire = new MemoryStream();

            await outgoing.WriteToAsync(wire, default);
            if (random.Next(2) == 0)
            {
                using var cut = new MemoryStream(wire.ToArray()[..random.Next((int)wire.Length)]);
                await Assert.ThrowsAsync<EndOfStreamException>(() => incoming.ReceiveAsync(cut, resume: false, bases, default));
                outgoing.ContinueFrom(incoming.Received);
                wire.SetLength(0);
                await outgoing.WriteToAsync(wire, default);
            }
            wire.Position = 0;
            var received = await incoming.ReceiveAsync(wire, resume: true, bases, default);

            Assert.False(received.Failed, received.Trouble?.ToString());
            Assert.Equal(outgoing.Digest, received.Value.Digest);
            Assert.Equal(later, await File.ReadAllBytesAsync(Path.Combine(incoming.Images, "pages-1.img")));
            Assert.Equal(3, received.Value.Files);
            Directory.Delete(place, recursive: true);
        });
    }

    [Fact]
    public async Task what_has_not_changed_costs_next_to_nothing()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(5);
        var memory = new byte[1000 * Page.Length];
        random.NextBytes(memory);
        Directory.CreateDirectory(folder["base"]);
        Directory.CreateDirectory(folder["out"]);
        await File.WriteAllBytesAsync(Path.Combine(folder["base"], "pages-1.img"), memory);
        memory[500 * Page.Length] ^= 1;
        // All pages behind it lie elsewhere than before.
        await File.WriteAllBytesAsync(
            Path.Combine(folder["out"], "pages-1.img"), [.. new byte[3 * Page.Length], .. memory]);
        var wire = new PacedWire(null, TimeProvider.System);
        using var outgoing = new OutgoingCheckpoint(folder["out"], long.MaxValue, wire, TimeProvider.System);
        outgoing.LeaveOut(await IndexAsync(folder["base"]));

        await outgoing.WriteToAsync(Stream.Null, default);

        Assert.InRange(wire.Bytes, Page.Length, Page.Length + 500);
    }

    [Fact]
    public async Task a_list_of_pages_survives_the_wire_and_damage_is_told_of()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["base"]);
        await File.WriteAllBytesAsync(Path.Combine(folder["base"], "pages-1.img"), Memory(new Random(1), 30));
        var list = await PageList.OfFolderAsync(new string('a', 64), folder["base"], default);
        using var wire = new MemoryStream();
        await list.WriteAsync(wire, default);
        await list.WriteAsync(wire, default);
        var whole = wire.ToArray();

        var read = await PageList.ReadAllAsync(new MemoryStream(whole), default);

        Assert.Equal([30, 30], read.Select(l => l.Pages));
        Assert.Equal(list.Files[0].Hashes, read[1].Files[0].Hashes);
        await Fuzz.EachAsync(1000, async random =>
        {
            try
            {
                var lists = await PageList.ReadAllAsync(new MemoryStream(Mutation.Bytes(random, whole)), default);
                Assert.All(lists.SelectMany(l => l.Files), f => Assert.True(CheckpointFiles.IsAllowed(f.Name)));
                Assert.True(lists.Sum(l => l.Pages) <= whole.Length / sizeof(ulong));
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                // As it should be.
            }
        });
    }
}
