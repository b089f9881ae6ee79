using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Tests.Volumes;

namespace Ms2m.NodeWorker.Tests.Steps;

/// <summary>The steps of a migration whose workload has a volume: the real rsync, over real sockets, between two workers.</summary>
public sealed class VolumeStepsTests : IAsyncLifetime, IDisposable
{
    private const string Place = "/data";

    private readonly Guid _migration = Guid.NewGuid();
    private readonly TemporaryFolder _folder = new();
    private readonly VolumeFolder _here;
    private readonly VolumeFolder _there;
    private WorkerStage _source = null!;
    private WorkerStage _target = null!;
    private string _url = "";

    public VolumeStepsTests() => (_here, _there) =
        (new VolumeFolder(_folder["here"]), new VolumeFolder(_folder["there"]));

    public async Task InitializeAsync()
    {
        (_source, _target) = (await WorkerStage.OpenAsync("node-s"), await WorkerStage.OpenAsync());
        await _source.RunAsync("orders-s");
        _source.Runtime.Volumes["orders-s"] = [new MountedVolume(Place, _here.Path)];
        _target.Runtime.Volumes["orders-t"] = [new MountedVolume(Place, _there.Path)];
        _here.Write("big", VolumeFolder.Noise(5_000_000)).Write("log", [1, 2, 3]).Write("sub/file", [4]);
        _there.Write("of-the-image", [1]);
    }

    public async Task DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    private async Task ReserveAsync()
    {
        _target.Desk.Accept(new ReserveTarget(_migration, StepNames.ReserveTarget, 1, "orders-t", WorkerStage.Spec, "node-s",
            "token", 10_000_000, 50_000_000));
        _url = _target.Reachable((await _target.Bus.NextAsync<TargetReserved>()).TransferUrl);
    }

    private async Task<PreCopied> PreCopyAsync()
    {
        _source.Desk.Accept(new PreCopy(_migration, StepNames.PreCopy, 1, "orders-s", "node-t", _url, "token", 50_000_000));
        return await _source.Bus.NextAsync<PreCopied>();
    }

    private void Take(bool staysFrozen = true, TransferOptions? options = null) => _source.Desk.Accept(
        new TakeCheckpoint(_migration, StepNames.TakeCheckpoint, 1, "orders-s", "node-t", _url, "token", 50_000_000)
        {
            StaysFrozen = staysFrozen,
            Transfer = options ?? new(),
        });

    private async Task<TransferCompleted> TakeAndSendAsync()
    {
        Take();
        await _source.Bus.NextAsync<CheckpointTaken>();
        return await _source.Bus.NextAsync<TransferCompleted>();
    }

    private void Restore(string digest) => _target.Desk.Accept(
        new RestoreShadow(_migration, StepNames.RestoreShadow, 1, "orders-t", WorkerStage.Spec, 4, digest));

    [Fact]
    public async Task a_volume_goes_ahead_and_only_its_last_changes_travel_while_the_workload_stands_still()
    {
        await ReserveAsync();
        var copied = await PreCopyAsync();
        _here.Shell("printf more >>log; rm sub/file; ln big hard");

        var sent = await TakeAndSendAsync();
        Restore(sent.Digest);
        await _target.Bus.NextAsync<ShadowReady>();

        Assert.Equal(_here.Listing(), _there.Listing());
        Assert.True(copied.Volumes![0].WireBytes > 5_000_000);
        Assert.Contains("megabyte", copied.VolumesStoppedBecause, StringComparison.Ordinal);
        Assert.InRange(sent.VolumeWireBytes!.Value, 1, 20_000);
        Assert.Empty(copied.Rounds);
    }

    [Fact]
    public async Task without_rounds_ahead_the_last_one_brings_all_of_it()
    {
        await ReserveAsync();

        var sent = await TakeAndSendAsync();
        Restore(sent.Digest);
        await _target.Bus.NextAsync<ShadowReady>();

        Assert.Equal(_here.Listing(), _there.Listing());
        Assert.True(sent.VolumeWireBytes > 5_000_000);
    }

    [Fact]
    public async Task what_changes_between_the_rounds_and_the_freeze_is_what_it_was_in_the_freeze()
    {
        await ReserveAsync();
        await PreCopyAsync();
        _source.Runtime.BeforeLastRound = () => _here.Shell("printf '\\7\\7\\7' | dd of=big bs=1 seek=1000 conv=notrunc status=none");

        var sent = await TakeAndSendAsync();
        Restore(sent.Digest);
        await _target.Bus.NextAsync<ShadowReady>();

        Assert.Equal(_here.Listing(), _there.Listing());
    }

    [Fact]
    public async Task a_volume_that_is_not_what_it_was_on_the_source_is_not_restored_upon()
    {
        await ReserveAsync();
        var sent = await TakeAndSendAsync();
        await Eventually.HoldsAsync("all of the volume", () => File.Exists(_there["log"]));
        _there.Shell("printf '\\1\\2\\4' >log");

        Restore(sent.Digest);

        var failed = await _target.Bus.NextAsync<StepFailed>();
        Assert.Equal("MS2M-2315", failed.Reason.Code);
        Assert.False((await _target.Runtime.FindAsync("orders-t", default)).Value!.IsRunning);
    }

    [Theory]
    [InlineData("chmod 4755 log")]
    [InlineData("mkfifo pipe")]
    public async Task a_source_whose_volume_may_not_move_says_so_and_runs_on(string change)
    {
        _here.Shell(change);
        await ReserveAsync();

        Take();

        Assert.Equal("MS2M-2313", (await _source.Bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.True((await _source.Runtime.FindAsync("orders-s", default)).Value!.IsRunning);
    }

    [Fact]
    public async Task a_hostile_source_that_names_the_same_for_a_volume_with_a_setuid_file_is_refused()
    {
        await ReserveAsync();
        var sent = await TakeAndSendAsync();
        await Eventually.HoldsAsync("all of the volume", () => File.Exists(_there["log"]));
        _there.Shell("chmod 4755 log");

        Restore(sent.Digest);

        Assert.Equal("MS2M-2313", (await _target.Bus.NextAsync<StepFailed>()).Reason.Code);
    }

    [Fact]
    public async Task a_target_without_rsync_gets_its_volumes_within_the_checkpoint()
    {
        await ReserveAsync();
        _url = _url.Replace("accepts=volumes", "accepts=nothing", StringComparison.Ordinal);

        var copied = await PreCopyAsync();
        var sent = await TakeAndSendAsync();

        Assert.Null(copied.Volumes);
        Assert.Null(sent.VolumeWireBytes);
        Assert.Equal(["of-the-image"], Directory.GetFileSystemEntries(_there.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task a_volume_that_the_target_has_no_room_for_is_refused_before_it_is_sent()
    {
        await _target.DisposeAsync();
        _target = await WorkerStage.OpenAsync(change: options => options with { DiskReserveBytes = long.MaxValue / 4 });
        _target.Runtime.Volumes["orders-t"] = [new MountedVolume(Place, _there.Path)];
        await ReserveAsync();

        var copied = await PreCopyAsync();

        Assert.Null(copied.Volumes);
        Assert.Contains("The folder of volumes needs", copied.VolumesStoppedBecause, StringComparison.Ordinal);
        Assert.Equal(["of-the-image"], Directory.GetFileSystemEntries(_there.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task a_sender_that_says_nothing_of_its_size_is_stopped_before_the_disk_is_full()
    {
        _here.Write("big", VolumeFolder.Noise(150_000_000));
        await _target.DisposeAsync();
        var reserve = new DriveInfo(_there.Path).AvailableFreeSpace - 40_000_000;
        _target = await WorkerStage.OpenAsync(change: options => options with { DiskReserveBytes = reserve });
        _target.Runtime.Volumes["orders-t"] = [new MountedVolume(Place, _there.Path)];
        await ReserveAsync();

        Take(options: new TransferOptions { MaxBytesPerSecond = 100_000_000 });

        Assert.Equal("MS2M-2314", (await _source.Bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.True((await _source.Runtime.FindAsync("orders-s", default)).Value!.IsRunning);
        Assert.True(new DirectoryInfo(_there.Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) < 100_000_000);
    }

    [Fact]
    public async Task a_rollback_ends_a_round_that_is_under_way_before_it_removes_what_it_writes_to()
    {
        _here.Write("big", VolumeFolder.Noise(20_000_000));
        await ReserveAsync();
        _source.Desk.Accept(new PreCopy(_migration, StepNames.PreCopy, 1, "orders-s", "node-t", _url, "token", 50_000_000)
        {
            Transfer = new TransferOptions { MaxBytesPerSecond = 2_000_000 },
        });
        await Eventually.HoldsAsync("something of the volume", () => File.Exists(_there["big"]));

        _target.Desk.Accept(new RemoveInstance(_migration, StepNames.RemoveTarget, 1, "orders-t"));
        await _target.Bus.NextAsync<InstanceRemoved>();

        var copied = await _source.Bus.NextAsync<PreCopied>();
        Assert.Null(copied.Volumes);
        Assert.Contains("/data did not reach the target", copied.VolumesStoppedBecause, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_target.Options.VolumesFolder));
    }

    [Fact]
    public async Task a_container_with_other_volumes_is_sent_none()
    {
        _target.Runtime.Volumes["orders-t"] = [];
        await ReserveAsync();

        Take();

        var failed = await _source.Bus.NextAsync<StepFailed>();
        Assert.Contains("no such volume", failed.Reason.Message, StringComparison.Ordinal);
        Assert.True((await _source.Runtime.FindAsync("orders-s", default)).Value!.IsRunning);
    }
}
