using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Podman;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Runtimes;

/// <summary>Real podman, runc and CRIU, in a node of the lab.</summary>
public sealed class PodmanRuntimeTests : ContainerRuntimeContract, IDisposable
{
    private readonly LabNode _node = LabNode.Get();
    private readonly string _root = $"/var/lib/ms2m/checkpoints/worker-test-{Guid.NewGuid():N}";
    private readonly PodmanApi _podman;

    public PodmanRuntimeTests() => _podman = _node.Podman();

    protected override string Image => TestImage.Name;

    private string CriuConfiguration => _root + "/criu.conf";

    public override async Task InitializeAsync()
    {
        PrivateFiles.CreateFolder(_node.Here(_root));
        await File.WriteAllTextAsync(_node.Here(CriuConfiguration), "tcp-close\nfile-locks\n");
        await TestImage.LoadAsync(_node);
        Runtime = NewRuntime();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_node.Here(_root), recursive: true);
    }

    public void Dispose() => _podman.Dispose();

    /// <summary>Not podman's kill: it must find out by itself.</summary>
    protected override Task KillAsync(Container container) =>
        _node.SayAsync("kill", "-KILL", container.Pid.ToString(CultureInfo.InvariantCulture));

    protected override string NewFolder()
    {
        var folder = $"{_root}/{Guid.NewGuid():N}";
        PrivateFiles.CreateFolder(_node.Here(folder));
        return folder;
    }

    protected override string Here(string folder) => _node.Here(folder);

    private PodmanRuntime NewRuntime(bool alwaysArchive = false) => new(
        _podman, _node.Places(CriuConfiguration, alwaysArchive), _node.Networks(), NullLogger<PodmanRuntime>.Instance);

    private int Count(ContainerRequest request)
    {
        var file = Path.Combine(Here(request.InstanceFolder), "count");
        return File.Exists(file) ? int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Of each process of a container, as the kernel names it: S sleeps, D cannot be interrupted.</summary>
    private async Task<string> StatesAsync(string name)
    {
        var states = new List<char>();
        foreach (var pid in await File.ReadAllLinesAsync(_node.Here(Path.Combine(Path.GetDirectoryName(await FreezerAsync(name))!, "cgroup.procs"))))
        {
            var stat = await File.ReadAllTextAsync($"/proc/{pid}/stat");
            states.Add(stat[stat.LastIndexOf(')') + 2]);
        }
        return string.Concat(states);
    }

    private async Task<string> FreezerAsync(string name)
    {
        var container = (await Runtime.FindAsync(name, default)).Value!;
        var line = (await File.ReadAllLinesAsync(_node.Here($"/proc/{container.Pid}/cgroup")))
            .Single(l => l.StartsWith("0::", StringComparison.Ordinal));
        // The node sees its own part of the machine's tree.
        return $"/sys/fs/cgroup{line[line.IndexOf("/libpod_parent", StringComparison.Ordinal)..]}/cgroup.freeze";
    }

    private Task CountsBeyondAsync(ContainerRequest request, int number) =>
        Eventually.HoldsAsync($"{request.Name} to count beyond {number}", () => Count(request) > number);

    [Fact]
    public async Task memory_goes_on_where_it_was_in_a_folder_of_its_own()
    {
        var (source, copy) = (NewRequest(), NewRequest());
        await Runtime.RunAsync(source, default);
        await CountsBeyondAsync(source, 5);

        var folder = await DumpAsync(source.Name);
        var dumped = Count(source);
        await RestoreAsync(copy, folder);

        await CountsBeyondAsync(copy, 0);
        Assert.InRange(Count(copy), 6, dumped + 100);
        await CountsBeyondAsync(source, dumped);
    }

    [Theory]
    [InlineData(CheckpointWay.Images)]
    [InlineData(CheckpointWay.Archive)]
    public async Task a_locked_file_is_locked_in_the_copy_too(CheckpointWay way)
    {
        var (source, copy) = (NewRequest(("LOCK", "1")), NewRequest(("LOCK", "1")));
        await Runtime.RunAsync(source, default);
        await CountsBeyondAsync(source, 3);

        await RestoreAsync(copy, await DumpAsync(source.Name, way));

        await CountsBeyondAsync(copy, Count(source));
        Assert.Equal("42 0", await _node.SayAsync(
            "podman", "exec", copy.Name, "/bin/sh", "-c",
            "flock -n -E 42 /srv/old sleep 0; a=$?; flock -n -E 42 /usr/bin/count sleep 0; echo $a $?"));
    }

    [Fact]
    public async Task podman_knows_a_restored_container_as_its_own()
    {
        var (source, copy) = (NewRequest(), NewRequest());
        await Runtime.RunAsync(source, default);
        await RestoreAsync(copy, await DumpAsync(source.Name));

        Assert.Equal("running", await _node.SayAsync("podman", "inspect", "--format", "{{.State.Status}}", copy.Name));
        Assert.Equal("alive", await _node.SayAsync("podman", "exec", copy.Name, "/bin/sh", "-c", "echo alive"));
        Assert.Equal(copy.Name, await _node.SayAsync("podman", "stop", "--time", "0", copy.Name));
        Assert.Equal("exited", await _node.SayAsync("podman", "inspect", "--format", "{{.State.Status}}", copy.Name));
        Assert.Equal(copy.Name, await _node.SayAsync("podman", "rm", copy.Name));
    }

    [Fact]
    public async Task a_dump_never_leaves_the_processes_frozen()
    {
        var source = NewRequest();
        await Runtime.RunAsync(source, default);
        await CountsBeyondAsync(source, 1);

        // A folder that is a file: runc fails, after the freeze.
        var dump = await Runtime.CheckpointAsync(new(source.Name, CriuConfiguration, CheckpointWay.Images), default);

        Assert.True(dump.Failed);
        await CountsBeyondAsync(source, Count(source));
    }

    /// <summary>A parent between vfork and its child's exec cannot be dumped. One in sixty is there when it is frozen.</summary>
    [Fact]
    public async Task whoever_starts_programs_all_the_time_is_never_frozen_in_the_middle_of_it()
    {
        var request = NewRequest(("SPAWN", "1"));
        await Runtime.RunAsync(request, default);

        for (var time = 0; time < 250; time++)
        {
            Assert.False((await Runtime.FreezeAsync(request.Name, default)).Failed);
            Assert.DoesNotContain('D', await StatesAsync(request.Name));
            Assert.False((await Runtime.ThawAsync(request.Name, default)).Failed);
        }

        await DumpAsync(request.Name);
        await DumpAsync(request.Name, CheckpointWay.Archive);
    }

    /// <summary>CRIU leaves a group as it found it, frozen: a thaw before its end is undone by it.</summary>
    [Fact]
    public async Task whoever_is_killed_over_a_dump_leaves_nobody_frozen()
    {
        var request = NewRequest();
        await Runtime.RunAsync(request, default);
        await CountsBeyondAsync(request, 1);
        var id = (await FindAsync(request.Name)).Id;
        var folder = NewFolder();
        var freezer = await FreezerAsync(request.Name);
        var guard = await FreezeGuard.OverAsync(_node.Places(CriuConfiguration), freezer, id);
        await File.WriteAllTextAsync(_node.Here(freezer), "1");

        var dump = RuncDump.RunAsync(_node.Places(CriuConfiguration), id, folder, folder, lazily: false, TimeSpan.FromSeconds(30));
        // From now on CRIU knows the group as frozen.
        while (!dump.IsCompleted && !Directory.EnumerateFiles(_node.Here(folder), "core-*.img").Any())
            await Task.Yield();
        await guard.Value.DisposeAsync();
        Assert.Equal("", (await dump).Value);

        await CountsBeyondAsync(request, Count(request) + 1);
    }

    [Theory]
    [InlineData(TestImage.Name, "changed shared old")]
    [InlineData(TestImage.WithVolume, "changed shared old filled")]
    public async Task changed_files_travel_too(string image, string expected)
    {
        var source = NewRequest(("TOUCH", "1"));
        var copy = NewRequest(("TOUCH", "1"));
        source = source with { Spec = source.Spec with { Image = image } };
        copy = copy with { Spec = copy.Spec with { Image = image } };
        await Runtime.RunAsync(source, default);
        await CountsBeyondAsync(source, 3);

        var folder = NewFolder();
        var dump = await Runtime.CheckpointAsync(new(source.Name, folder, CheckpointWay.Images), default);
        Assert.False(dump.Failed, dump.Trouble?.ToString());
        Assert.Equal(CheckpointWay.Archive, dump.Value.Way);
        Assert.True(dump.Value.FrozenMs > 0);
        await Runtime.RemoveAsync(source.Name, default);
        await RestoreAsync(copy, folder);

        await CountsBeyondAsync(copy, Count(copy));
        var seen = Path.Combine(Here(copy.InstanceFolder), "seen");
        await Eventually.HoldsAsync("the changed files in the copy",
            () => File.Exists(seen) && File.ReadAllText(seen).Trim() == expected);
    }

    [Fact]
    public async Task volumes_that_the_description_names_move_with_it_and_go_with_their_container()
    {
        var (source, copy) = (NewRequest(("TOUCH", "1")), NewRequest(("TOUCH", "1")));
        source = source with { Spec = source.Spec with { Volumes = [new("files", "/data")] } };
        copy = copy with { Spec = source.Spec };
        await Runtime.RunAsync(source, default);
        await CountsBeyondAsync(source, 3);
        // An earlier attempt's: the source has no such file.
        Assert.Null((await Runtime.PrepareAsync(copy, default)).Trouble);
        await _node.SayAsync("sh", "-c", $"echo stale >/var/lib/containers/storage/volumes/ms2m.{copy.Name}.files/_data/stale");

        var folder = NewFolder();
        Assert.Null((await Runtime.CheckpointAsync(
            new(source.Name, folder, CheckpointWay.Images) { StaysFrozen = true }, default)).Trouble);
        await RestoreAsync(copy, folder);
        await CountsBeyondAsync(copy, Count(copy));

        var seen = Path.Combine(Here(copy.InstanceFolder), "seen");
        await Eventually.HoldsAsync("the volume's file in the copy",
            () => File.Exists(seen) && File.ReadAllText(seen).Trim() == "changed shared old filled");
        Assert.Equal("file", await _node.SayAsync("podman", "exec", copy.Name, "/bin/sh", "-c", "cd /data && echo *"));
        Assert.Null((await Runtime.RemoveAsync(source.Name, default)).Trouble);
        Assert.Null((await Runtime.RemoveAsync(copy.Name, default)).Trouble);
        Assert.DoesNotContain($".{source.Name}.", await _node.SayAsync("podman", "volume", "ls"), StringComparison.Ordinal);
        Assert.DoesNotContain($".{copy.Name}.", await _node.SayAsync("podman", "volume", "ls"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task volumes_that_somebody_else_takes_while_it_stands_still_are_not_packed(bool staysFrozen)
    {
        var (source, copy) = (NewRequest(("TOUCH", "1")), NewRequest(("TOUCH", "1")));
        source = source with { Spec = source.Spec with { Volumes = [new("files", "/data")] } };
        copy = copy with { Spec = source.Spec };
        await Runtime.RunAsync(source, default);
        await CountsBeyondAsync(source, 3);
        Assert.Null((await Runtime.PrepareAsync(copy, default)).Trouble);
        var stoodStill = false;

        var folder = NewFolder();
        var dump = await Runtime.CheckpointAsync(
            new(source.Name, folder, CheckpointWay.Images)
            {
                StaysFrozen = staysFrozen,
                WhileFrozen = async cancel =>
                {
                    stoodStill = (await Runtime.FindAsync(source.Name, cancel)).Value!.IsFrozen;
                    var (from, to) = ((await Runtime.VolumesAsync(source.Name, cancel)).Value, (await Runtime.VolumesAsync(copy.Name, cancel)).Value);
                    File.Copy(Path.Combine(from.Single().Folder, "file"), Path.Combine(to.Single().Folder, "file"));
                    return null;
                },
            }, default);

        Assert.Null(dump.Trouble);
        Assert.True(stoodStill);
        Assert.Empty(Directory.GetFiles(Here(folder), "volume-*"));
        Assert.Equal(staysFrozen, (await Runtime.FindAsync(source.Name, default)).Value!.IsFrozen);
        await RestoreAsync(copy, folder);
        await CountsBeyondAsync(copy, Count(copy));
        var seen = Path.Combine(Here(copy.InstanceFolder), "seen");
        await Eventually.HoldsAsync("the volume's file in the copy",
            () => File.Exists(seen) && File.ReadAllText(seen).Trim() == "changed shared old filled");
    }

    [Fact]
    public async Task what_is_taken_beside_the_dump_and_fails_lets_the_container_run_on()
    {
        var source = NewRequest();
        await Runtime.RunAsync(source, default);
        await CountsBeyondAsync(source, 1);

        var dump = await Runtime.CheckpointAsync(
            new(source.Name, NewFolder(), CheckpointWay.Images)
            {
                StaysFrozen = true,
                WhileFrozen = _ => Task.FromResult<Trouble?>(NodeFailures.VolumeNotSent("/data", "it was told to")),
            }, default);

        Assert.Equal("MS2M-2314", dump.Trouble?.Reason.Code);
        await CountsBeyondAsync(source, Count(source));
    }

    [Fact]
    public async Task memory_never_rests_on_a_disk_even_when_files_travel_with_it()
    {
        var (source, copy) = (NewRequest(("TOUCH", "1")), NewRequest(("TOUCH", "1")));
        await Runtime.RunAsync(source, default);
        await CountsBeyondAsync(source, 3);
        var folder = NewFolder();
        using var watch = new WrittenFiles(_node.Here("/var/lib/containers/storage/overlay-containers"), _node.Here("/var/tmp"));

        Assert.False((await Runtime.CheckpointAsync(new(source.Name, folder, CheckpointWay.Archive), default)).Failed);
        await RestoreAsync(copy, folder);

        Assert.Contains(Directory.GetFiles(Here(folder)), f => f.EndsWith("pages-1.img", StringComparison.Ordinal));
        Assert.All(Directory.GetFiles(Here(folder)), f => Assert.Equal(PrivateFiles.File, File.GetUnixFileMode(f)));
        // The watch has seen something at all: what podman writes down about the containers.
        Assert.NotEmpty(watch.Names);
        Assert.DoesNotContain(watch.Names, n => n.EndsWith(".img", StringComparison.Ordinal)
            || Path.GetFileName(n) is CheckpointFiles.SharedMemory or CheckpointFiles.Changed);
    }

    [Fact]
    public async Task a_hostile_archive_makes_no_container_run()
    {
        var (source, copy) = (NewRequest(("TOUCH", "1")), NewRequest(("TOUCH", "1")));
        await Runtime.RunAsync(source, default);
        await CountsBeyondAsync(source, 3);
        var folder = await DumpAsync(source.Name, CheckpointWay.Archive);
        await File.WriteAllTextAsync(Path.Combine(Here(folder), CheckpointFiles.Deleted), """["/../../../../../etc/hostname"]""");

        var restore = await Runtime.RestoreAsync(copy, folder, default);

        Assert.Equal("MS2M-2308", restore.Trouble?.Reason.Code);
        Assert.False((await FindAsync(copy.Name)).IsRunning);
        Assert.True(File.Exists(_node.Here("/etc/hostname")));
    }

    [Fact]
    public async Task the_archives_way_gives_the_same_container()
    {
        Runtime = NewRuntime(alwaysArchive: true);
        var (source, copy, onward) = (NewRequest(), NewRequest(("COLOUR", "green")), NewRequest());
        await Runtime.RunAsync(source, default);
        await CountsBeyondAsync(source, 3);

        await RestoreAsync(copy, await DumpAsync(source.Name, CheckpointWay.Archive));
        Assert.Equal("green", (await FindAsync(copy.Name)).Spec!.Environment["COLOUR"]);
        // The two ways may follow on each other.
        Runtime = NewRuntime();
        await RestoreAsync(onward, await DumpAsync(copy.Name));

        Assert.True((await FindAsync(onward.Name)).IsRunning);
    }

    [Fact]
    public async Task a_podman_that_is_not_there_is_trouble_not_an_exception()
    {
        using var silent = new PodmanApi("/run/ms2m-no-such.sock");
        var runtime = new PodmanRuntime(
            silent, _node.Places(CriuConfiguration), _node.Networks(), NullLogger<PodmanRuntime>.Instance);

        var listed = await runtime.ListAsync(default);

        Assert.Equal("MS2M-2101", listed.Trouble?.Reason.Code);
        Assert.True(listed.Trouble?.Retryable);
    }
}
