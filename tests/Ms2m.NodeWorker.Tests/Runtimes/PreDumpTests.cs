using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Podman;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Wire;
using Xunit.Abstractions;

namespace Ms2m.NodeWorker.Tests.Runtimes;

/// <summary>Checkpoints that build on a pre-dump, by real podman, runc and CRIU. Where the kernel does not tell what memory has
/// changed CRIU refuses both, which is a case of its own.</summary>
public sealed class PreDumpTests(ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private const int Megabytes = 96;

    private static int _tests;

    private readonly WorkloadSpec _spec = new(
        "t-memory", MemoryProgram.Image, null,
        new Dictionary<string, string> { ["MEMORY_MB"] = $"{Megabytes}", ["MEMORY_PERCENT"] = "1" })
    { Address = LabNode.Address(80 + (Interlocked.Increment(ref _tests) % 10)) };

    private readonly string _root = $"/var/lib/ms2m/checkpoints/worker-test-{Guid.NewGuid():N}";
    private readonly string _source = $"t-{Guid.NewGuid():N}"[..20];
    private readonly string _copy = $"t-{Guid.NewGuid():N}"[..20];
    private readonly LabNode _a = LabNode.Get();
    private readonly LabNode _b = LabNode.Get("node-b");
    private readonly PodmanApi _podmanA = LabNode.Get().Podman();
    private readonly PodmanApi _podmanB = LabNode.Get("node-b").Podman();
    private PodmanRuntime _onA = null!;
    private PodmanRuntime _onB = null!;

    private string Ahead => $"{_root}/ahead";

    private string Images => $"{_root}/images";

    public async Task InitializeAsync()
    {
        await LabNode.LoadImageAsync("memory");
        foreach (var node in (LabNode[])[_a, _b])
        {
            foreach (var folder in (string[])[_root, $"{_root}/instance", Ahead, Images])
                PrivateFiles.CreateFolder(node.Here(folder));
        }
        (_onA, _onB) = (Runtime(_a, _podmanA), Runtime(_b, _podmanB));
        Assert.Null((await _onA.RunAsync(Request(_source), default)).Trouble);
        // It listens when it has filled its memory.
        (await MemoryProgram.ConnectAsync(_spec.Address!.Ip!)).Dispose();
    }

    public async Task DisposeAsync()
    {
        await _onA.RemoveAsync(_source, default);
        await _onB.RemoveAsync(_copy, default);
        Directory.Delete(_a.Here(_root), recursive: true);
        Directory.Delete(_b.Here(_root), recursive: true);
    }

    public void Dispose()
    {
        _podmanA.Dispose();
        _podmanB.Dispose();
    }

    [SoftDirtyFact]
    public async Task a_checkpoint_that_builds_on_a_pre_dump_is_the_one_that_would_have_been_made_without()
    {
        var program = await MemoryProgram.ConnectAsync(_spec.Address!.Ip!);
        await program.AllPagesAreRightAsync(Megabytes);
        var preDump = await PreDumpAsync();
        await program.AllPagesAreRightAsync(Megabytes);
        program.Dispose();

        var (dump, whole) = (await CheckpointAsync(Images, preDump), $"{_root}/whole");
        PrivateFiles.CreateFolder(_a.Here(whole));
        var again = await CheckpointAsync(whole, null);

        // It has stood still for both.
        await SendAsync(dump);
        var (expected, arrived) = (Pages(_a.Here(whole)), Pages(_b.Here(Images)));
        Assert.Equal(expected.Keys.Order(), arrived.Keys.Order());
        Assert.Empty(expected.Where(page => !IsTheSame(page.Value, arrived[page.Key])).Select(page => $"{page.Key:x}"));
        var (written, all) = (Written(Images), Written(whole));
        output.WriteLine($"pre-dump: {Written(Ahead) >> 20} MB, stood still {preDump.FrozenMs:0} ms");
        output.WriteLine($"checkpoint on it: {written >> 20} MB, stood still {dump.FrozenMs:0} ms");
        output.WriteLine($"checkpoint without: {all >> 20} MB, stood still {again.FrozenMs:0} ms");
        // What lies in a huge page changes with all of it.
        var least = File.ReadAllText("/sys/kernel/mm/transparent_hugepage/enabled").Contains("[always]", StringComparison.Ordinal) ? 1 : 2;
        Assert.True(written < all / least, $"{written} of {all} bytes");

        Assert.Null((await _onB.RestoreAsync(Request(_copy), Images, default)).Trouble);
        Assert.Null((await _onB.ThawAsync(_copy, default)).Trouble);
        await _onA.RemoveAsync(_source, default);
        using var copy = await MemoryProgram.ConnectAsync(_spec.Address!.Ip!);
        await copy.AllPagesAreRightAsync(Megabytes);
    }

    [SoftDirtyFact]
    public async Task a_parent_that_lacks_pages_is_not_built_on()
    {
        var preDump = await PreDumpAsync();
        foreach (var file in Directory.GetFiles(_a.Here(Ahead), "pages-*.img"))
            await File.WriteAllBytesAsync(file, []);

        var dump = await CheckpointAsync(Images, preDump);

        Assert.Null(dump.Pieces);
        Assert.True(Written(Images) > Megabytes << 20);
    }

    [SoftDirtyFact]
    public async Task a_parent_of_other_processes_is_not_built_on()
    {
        var preDump = await PreDumpAsync();

        var dump = await CheckpointAsync(Images, preDump with { Pid = preDump.Pid + 1 });

        Assert.Null(dump.Pieces);
        Assert.True(Written(Images) > Megabytes << 20);
    }

    /// <summary>Also where CRIU refuses to build on anything, because the kernel does not tell what has changed.</summary>
    [Fact]
    public async Task a_checkpoint_that_cannot_build_on_what_it_is_given_is_whole()
    {
        using var program = await MemoryProgram.ConnectAsync(_spec.Address!.Ip!);
        await program.AllPagesAreRightAsync(Megabytes);
        var source = (await _onA.FindAsync(_source, default)).Value!;

        var dump = await CheckpointAsync(Images, new PreDump(Ahead, source.Id, source.Pid, null));

        Assert.Empty(dump.Pieces ?? new Dictionary<string, IReadOnlyList<FilePiece>>());
        Assert.True(Written(Images) > Megabytes << 20);
        Assert.Null(new FileInfo(_a.Here($"{Images}/parent")).LinkTarget);
        Assert.Null((await _onA.ThawAsync(_source, default)).Trouble);
        await program.AllPagesAreRightAsync(Megabytes);
    }

    [Fact]
    public async Task a_pre_dump_that_fails_leaves_nobody_frozen_and_is_told()
    {
        using var program = await MemoryProgram.ConnectAsync(_spec.Address!.Ip!);
        await File.WriteAllTextAsync(_a.Here($"{_root}/file"), "");

        var made = await _onA.PreDumpAsync(new(_source, $"{_root}/file", CheckpointWay.Images), default);

        Assert.Equal("MS2M-2204", made.Trouble?.Reason.Code);
        await program.AskAsync(0);
        Assert.False(Directory.Exists(_a.Here($"{_root}/file.work")));
    }

    private static PodmanRuntime Runtime(LabNode node, PodmanApi podman) => new(
        podman, node.Places($"/var/lib/ms2m/t-{Guid.NewGuid():N}.conf"), node.Networks(), NullLogger<PodmanRuntime>.Instance);

    private ContainerRequest Request(string name) => new(name, _spec, _root + "/instance") { KeepsConnections = true };

    private async Task<PreDump> PreDumpAsync()
    {
        var made = await _onA.PreDumpAsync(new(_source, Ahead, CheckpointWay.Images), default);
        Assert.Null(made.Trouble);
        Assert.True((await _onA.FindAsync(_source, default)).Value!.IsRunning);
        Assert.True(Written(Ahead) > Megabytes << 20);
        return made.Value;
    }

    private async Task<Dump> CheckpointAsync(string folder, PreDump? parent)
    {
        var dump = await _onA.CheckpointAsync(
            new(_source, folder, CheckpointWay.Images) { StaysFrozen = true, KeepsConnections = true, Parent = parent }, default);
        Assert.Null(dump.Trouble);
        return dump.Value;
    }

    private async Task SendAsync(Dump dump)
    {
        using var outgoing = new OutgoingCheckpoint(
            _a.Here(Images), long.MaxValue, new PacedWire(null, TimeProvider.System), TimeProvider.System)
        { Pieces = dump.Pieces };
        using var wire = new MemoryStream();
        await outgoing.WriteToAsync(wire, default);
        wire.Position = 0;
        using var incoming = new IncomingCheckpoint(_b.Here($"{_root}/incoming"), long.MaxValue, () => long.MaxValue);
        var received = await incoming.ReceiveAsync(wire, resume: false, [], default);
        Assert.Equal(outgoing.Digest, received.Value.Digest);
        Directory.Delete(_b.Here(Images));
        Directory.Move(incoming.Images, _b.Here(Images));
    }

    private long Written(string folder) =>
        new DirectoryInfo(_a.Here(folder)).EnumerateFiles("pages-*.img").Sum(file => file.Length);

    /// <summary>But for the number of the processor on which a thread ran last: the kernel notes it in the thread's memory (rseq),
    /// also when CRIU has it stop for the second dump.</summary>
    private static bool IsTheSame(byte[] one, byte[] other)
    {
        const int area = 32;
        for (var at = 0; at < one.Length; at += area)
        {
            var before = one.AsSpan(at, area);
            var after = other.AsSpan(at, area);
            if (!before.SequenceEqual(after)
                && !(before[8..].SequenceEqual(after[8..]) && ProcessorOf(before) is { } && ProcessorOf(after) is { }))
                return false;
        }
        return true;
    }

    /// <summary>Such an area begins with the number of the processor, twice.</summary>
    private static uint? ProcessorOf(ReadOnlySpan<byte> area)
    {
        var words = MemoryMarshal.Cast<byte, uint>(area);
        return words[0] == words[1] && words[0] < Environment.ProcessorCount ? words[0] : null;
    }

    /// <summary>By their addresses, of the one process.</summary>
    private static Dictionary<ulong, byte[]> Pages(string folder)
    {
        var map = Pagemap.Parse(File.ReadAllBytes(Path.Combine(folder, "pagemap-1.img")));
        using var file = File.OpenRead(Path.Combine(folder, map.PagesFile));
        var pages = new Dictionary<ulong, byte[]>();
        foreach (var entry in map.Entries)
        {
            Assert.False(entry.IsInParent);
            for (var at = entry.Address; at < entry.End; at += Pagemap.PageLength)
                file.ReadExactly(pages[at] = new byte[Pagemap.PageLength]);
        }
        Assert.Equal(file.Length, file.Position);
        return pages;
    }
}
