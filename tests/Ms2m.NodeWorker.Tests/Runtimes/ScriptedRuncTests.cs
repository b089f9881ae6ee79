using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Podman;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Runtimes;

/// <summary>What runc is told for a pre-dump and for the checkpoint on it, and when the processes run on: runc is a script here that does
/// to the control group, which is a file, what CRIU does.</summary>
public sealed class ScriptedRuncTests : IAsyncLifetime, IDisposable
{
    /// <summary>CRIU thaws the group once it holds the processes and freezes it again when it lets them go. A pre-dump is written only
    /// then, and this one not before they run. Who has not looked meanwhile sees by the list of pages that they may.</summary>
    private const string Runc = """
        #!/bin/sh
        root=$SCRIPTED_ROOT freezer=$SCRIPTED_ROOT/sys/fs/cgroup/orders/cgroup.freeze
        echo "$*" >>"$root/said"
        read -r before <"$freezer"
        echo "$before" >>"$root/found"
        while [ $# -gt 0 ]; do
          case $1 in
            --image-path) images=$root$2 ;;
            --parent-path) parent=$2 ;;
            --pre-dump) ahead=yes ;;
          esac
          shift
        done
        echo 0 >"$freezer"
        echo 1 >"$freezer"
        if [ -n "$ahead" ]; then
          : >"$images/pagemap-1.img"
          tries=0
          until read -r now <"$freezer"; [ "$now" = 0 ]; do
            tries=$((tries + 1))
            if [ $tries -gt 600 ]; then echo "nobody let them go"; exit 1; fi
            sleep 0.05
          done
        fi
        if [ -e "$root/fail" ]; then echo "it was told to"; exit 1; fi
        if [ -n "$parent" ] && [ -e "$root/fail-with-parent" ]; then
          echo half >"$images/core-1.img"; ln -s "$parent" "$images/parent"; echo "the parent is none"; exit 1
        fi
        if [ -n "$parent" ]; then cp "$root/incremental.img" "$images/pagemap-1.img"; else cp "$root/whole.img" "$images/pagemap-1.img"; fi
        head -c 4096 /dev/zero >"$images/pages-1.img"
        if [ -e "$root/thaw" ]; then echo 0 >"$freezer"; fi
        """;

    /// <summary>Of no other test's, also in another run on this machine: dumps and guards are known by it.</summary>
    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly TemporaryFolder _root = new();
    private WebApplication _podman = null!;
    private PodmanApi _api = null!;
    private PodmanRuntime _runtime = null!;

    private string Described =>
        $$$$"""{"Id":"{{{{_id}}}}","Name":"orders","State":{"Status":"running","Pid":7,"CgroupPath":"/orders","ExitCode":0},"StaticDir":"/static","GraphDriver":{"Data":{"UpperDir":"/upper"}}}""";

    private PodmanPlaces Places => new("/criu.conf", Root: _root.Path, Enter:
        ["/usr/bin/env", $"PATH={_root["bin"]}:{Environment.GetEnvironmentVariable("PATH")}", $"SCRIPTED_ROOT={_root.Path}"]);

    private string Freezer => _root.Path + "/sys/fs/cgroup/orders/cgroup.freeze";

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(_root["podman.sock"]));
        _podman = builder.Build();
        _podman.Run(http => http.Response.WriteAsync(Described));
        await _podman.StartAsync();
        _api = new PodmanApi(_root["podman.sock"]);
        foreach (var folder in (string[])["sys/fs/cgroup/orders", "static", "upper", "ahead", "images", "bin"])
            Directory.CreateDirectory(_root[folder]);
        await File.WriteAllTextAsync(Freezer, "0\n");
        await File.WriteAllTextAsync(_root["bin/runc"], Runc);
        File.SetUnixFileMode(_root["bin/runc"], PrivateFiles.Folder);
        await File.WriteAllBytesAsync(_root["whole.img"], List((0x1000, false)));
        await File.WriteAllBytesAsync(_root["incremental.img"], List((0x1000, true), (0x2000, false)));
        _runtime = new PodmanRuntime(_api, Places, new FakeNetworks(), NullLogger<PodmanRuntime>.Instance);
    }

    public async Task DisposeAsync() => await _podman.DisposeAsync();

    public void Dispose()
    {
        _api.Dispose();
        _root.Dispose();
    }

    [Fact]
    public async Task a_pre_dump_is_taken_of_processes_that_stand_still_and_written_while_they_run()
    {
        var made = await PreDumpAsync();

        Assert.Null(made.Trouble);
        Assert.Equal(("/ahead", _id, 7), (made.Value.Folder, made.Value.Id, made.Value.Pid));
        Assert.True(made.Value.FrozenMs > 0);
        Assert.Equal([$"--root /run/runc checkpoint --pre-dump --image-path /ahead --work-path /ahead.work {_id}"], Said());
        Assert.Equal(["1"], await File.ReadAllLinesAsync(_root["found"]));
        Assert.Equal("0", (await File.ReadAllTextAsync(Freezer)).Trim());
        Assert.False(Directory.Exists(_root["ahead.work"]));
    }

    [Fact]
    public async Task the_checkpoint_names_it_as_runc_wants_it_and_is_told_in_pieces()
    {
        var made = await PreDumpAsync();

        var dump = await CheckpointAsync(made.Value);

        Assert.Null(dump.Trouble);
        Assert.Equal(
            "--root /run/runc checkpoint --leave-running --tcp-established --parent-path ../ahead --image-path /images "
            + $"--work-path /images.work {_id}", Said()[^1]);
        Assert.Equal(
            [new FilePiece(_root["ahead/pages-1.img"], 0, 4096), new FilePiece(_root["images/pages-1.img"], 0, 4096)],
            dump.Value.Pieces!["pages-1.img"]);
        Assert.Equal("0", (await File.ReadAllTextAsync(Freezer)).Trim());
    }

    [Theory]
    [InlineData("fail-with-parent")]
    [InlineData("ahead/pagemap-1.img")]
    public async Task a_checkpoint_that_cannot_build_on_it_is_made_whole_in_the_same_standstill(string broken)
    {
        var made = await PreDumpAsync();
        await File.WriteAllTextAsync(_root[broken], "");

        var dump = await CheckpointAsync(made.Value);

        Assert.Null(dump.Trouble);
        Assert.Null(dump.Value.Pieces);
        Assert.Equal([true, false], Said().TakeLast(2).Select(said => said.Contains("--parent-path", StringComparison.Ordinal)));
        // The second found them as the first had left them.
        Assert.Equal(["1", "1", "1"], await File.ReadAllLinesAsync(_root["found"]));
        // Its room is needed now.
        Assert.False(Directory.Exists(_root["ahead"]));
        Assert.Equal(["pagemap-1.img", "pages-1.img"],
            Directory.EnumerateFileSystemEntries(_root["images"]).Select(path => Path.GetFileName(path)).Order());
        Assert.Equal("0", (await File.ReadAllTextAsync(Freezer)).Trim());
    }

    [Fact]
    public async Task one_of_other_processes_is_not_even_tried()
    {
        var made = await PreDumpAsync();

        Assert.Null((await CheckpointAsync(made.Value with { Pid = 8 })).Value.Pieces);
        Assert.False(Directory.Exists(_root["ahead"]));
        Assert.Null((await CheckpointAsync(made.Value with { Id = "3c4d" })).Value.Pieces);

        Assert.DoesNotContain(Said(), said => said.Contains("--parent-path", StringComparison.Ordinal));
    }

    [Fact]
    public async Task one_that_fails_is_trouble_of_its_own_and_nobody_stays_frozen()
    {
        await File.WriteAllTextAsync(_root["fail"], "");

        var made = await PreDumpAsync();

        Assert.Equal("MS2M-2204", made.Trouble?.Reason.Code);
        Assert.Contains("it was told to", made.Trouble!.Reason.Message, StringComparison.Ordinal);
        Assert.Equal("0", (await File.ReadAllTextAsync(Freezer)).Trim());
    }

    [Fact]
    public async Task none_is_made_where_podman_will_pack_the_checkpoint()
    {
        await File.WriteAllTextAsync(_root["upper/changed"], "");

        Assert.Contains("export", (await PreDumpAsync()).Trouble?.Reason.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_root["said"]));
    }

    [Fact]
    public async Task what_comes_in_another_form_after_all_leaves_no_pre_dump_in_its_way()
    {
        var made = await PreDumpAsync();
        await File.WriteAllTextAsync(_root["upper/changed"], "");

        // The podman here makes no exports.
        await _runtime.CheckpointAsync(new("orders", "/images", CheckpointWay.Images) { Parent = made.Value }, default)
            .ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.False(Directory.Exists(_root["ahead"]));
    }

    /// <summary>It would thaw the container at the end of any dump.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task nobody_is_dumped_under_the_guard_of_another_dump(bool staysFrozen)
    {
        var guard = await FreezeGuard.OverAsync(Places, Freezer, _id);
        Assert.True(FreezeGuard.IsOver(_id));
        Assert.Contains("another dump", (await PreDumpAsync()).Trouble?.Reason.Message, StringComparison.Ordinal);

        var dump = _runtime.CheckpointAsync(new("orders", "/images", CheckpointWay.Images) { StaysFrozen = staysFrozen }, default);
        await Task.Delay(300);
        Assert.False(File.Exists(_root["said"]));
        guard.Value.DumpIsOver();
        await guard.Value.DisposeAsync();

        Assert.Null((await dump).Trouble);
        Assert.False(FreezeGuard.IsOver(_id));
        Assert.Equal(staysFrozen ? "1" : "0", (await File.ReadAllTextAsync(Freezer)).Trim());
    }

    [Fact]
    public async Task a_dump_of_what_was_let_run_meanwhile_is_none()
    {
        await File.WriteAllTextAsync(_root["thaw"], "");

        var dump = await _runtime.CheckpointAsync(new("orders", "/images", CheckpointWay.Images) { StaysFrozen = true }, default);

        Assert.Equal("MS2M-2201", dump.Trouble?.Reason.Code);
    }

    private string[] Said() => File.ReadAllLines(_root["said"]);

    private Task<Outcome<PreDump>> PreDumpAsync() => _runtime.PreDumpAsync(new("orders", "/ahead", CheckpointWay.Images), default);

    private Task<Outcome<Dump>> CheckpointAsync(PreDump parent) =>
        _runtime.CheckpointAsync(new("orders", "/images", CheckpointWay.Images) { Parent = parent }, default);

    private static byte[] List(params (ulong Address, bool InParent)[] pages) => new Pagemap(1,
        [.. pages.Select(page => new PagemapEntry(new SortedDictionary<uint, ulong>
            { [1] = page.Address, [2] = 1, [4] = page.InParent ? 1UL : 4UL }))]).ToBytes();
}
