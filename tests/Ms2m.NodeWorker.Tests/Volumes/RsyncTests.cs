using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Tests.Transfer;
using Ms2m.NodeWorker.Volumes;

namespace Ms2m.NodeWorker.Tests.Volumes;

/// <summary>The real rsync on both sides of a real channel.</summary>
public sealed class RsyncTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly VolumeFolder _source;
    private readonly VolumeFolder _target;

    public RsyncTests() =>
        (_source, _target) = (new VolumeFolder(_folder["source"]), new VolumeFolder(_folder["target"]));

    public void Dispose() => _folder.Dispose();

    private Task<TransferStage> OpenAsync(Action<string?>? ended = null) => TransferStage.OpenAsync(
        channel: async (_, channel, cancel) =>
        {
            var complaint = await Rsync.ReceiveAsync(_target.Path, _folder.Path, channel, cancel);
            ended?.Invoke(complaint);
        });

    private async Task<(string? Complaint, long Wire)> SendAsync(TransferStage stage, bool inPlace = false)
    {
        await using var channel = (await stage.OpenChannelAsync()).Value;
        var complaint = await Rsync.SendAsync(_source.Path, channel, changes: false, inPlace, CancellationToken.None);
        return (complaint, channel.WireBytes);
    }

    [Fact]
    public async Task everything_about_every_file_arrives_and_what_was_there_before_goes()
    {
        _source.Write("a", [1, 2, 3]).Write("b/big", VolumeFolder.Noise(3_000_001)).Write("b/c d/'e", []);
        _source.Shell("""
            ln a hard; ln -s /etc/passwd out; ln -s a in; truncate -s 200M sparse; printf x >>sparse
            chown 1234:4321 a; chmod 640 a; chmod 1777 b; touch -h -d '2020-01-02 03:04:05.678901234' a in b
            """);
        _source.SetAttribute("b/big", "user.colour");
        _target.Write("old", [1]).Write("b/older", [1]).Write("a/was-a-folder", [1]);
        await using var stage = await OpenAsync();

        var (complaint, wire) = await SendAsync(stage);

        Assert.Null(complaint);
        Assert.Equal(_source.Listing(), _target.Listing());
        Assert.Equal((await _source.LookAsync()).Digest, (await _target.LookAsync()).Digest);
        Assert.True(int.Parse(_target.Shell("stat -c %b sparse"), System.Globalization.CultureInfo.InvariantCulture) < 100);
        Assert.True(wire > 3_000_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_second_round_brings_only_what_has_changed(bool inPlace)
    {
        _source.Write("big", VolumeFolder.Noise(20_000_000)).Write("gone", VolumeFolder.Noise(1000));
        await using var stage = await OpenAsync();
        await SendAsync(stage);
        _source.Shell("printf changed | dd of=big bs=1 seek=9000000 conv=notrunc status=none; rm gone; echo new >new");

        var (complaint, wire) = await SendAsync(stage, inPlace);

        Assert.Null(complaint);
        Assert.Equal(_source.Listing(), _target.Listing());
        Assert.InRange(wire, 1, 200_000);
    }

    [Theory]
    [InlineData("-rlptgoDHAXS")]
    [InlineData("-rlptgo", "--write-devices")]
    [InlineData("-rlptgo", "--backup", "--backup-dir=/../../elsewhere")]
    [InlineData("-rlptgo", "--copy-dest=/etc")]
    [InlineData("-rlptgo", "--partial-dir=/tmp")]
    [InlineData("-rlptgo", "--remote-option=--log-file=/tmp/ms2m-rsync-log")]
    public async Task a_sender_that_asks_for_more_than_ours_is_refused(params string[] options)
    {
        _source.Write("a", [1]);
        var ended = new TaskCompletionSource<string?>();
        await using var stage = await OpenAsync(ended.SetResult);
        await using var channel = (await stage.OpenChannelAsync()).Value;

        var (code, _) = await Rsync.SendAsync(_source.Path, channel, options, "", CancellationToken.None);

        Assert.NotEqual(0, code);
        Assert.Contains("configured to refuse", await ended.Task, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_target.Path));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../outside")]
    public async Task a_sender_cannot_name_a_place_outside_of_the_volume(string place)
    {
        new VolumeFolder(_folder["outside"]).Write("mine", [7]);
        _source.Write("stolen", [1]);
        await using var stage = await OpenAsync();
        await using var channel = (await stage.OpenChannelAsync()).Value;

        await Rsync.SendAsync(_source.Path, channel, ["-r", "--delete"], place, CancellationToken.None);

        Assert.Equal(["outside", "source", "target"], Directory.GetDirectories(_folder.Path).Select(Path.GetFileName).Order());
        Assert.Equal(["mine"], Directory.GetFiles(_folder["outside"]).Select(Path.GetFileName));
        Assert.Empty(Directory.GetFiles(_folder.Path, "stolen"));
    }

    /// <summary>As a hostile node's rsync may do it: a link first, and a file behind it.</summary>
    [Fact]
    public async Task what_is_written_behind_a_link_stays_in_the_volume()
    {
        var outside = new VolumeFolder(_folder["outside"]);
        _target.Shell($"ln -s {outside.Path} trap");
        _source.Write("trap/file", [1]);
        await using var stage = await OpenAsync();
        await using var channel = (await stage.OpenChannelAsync()).Value;

        await Rsync.SendAsync(_source.Path, channel, ["-r", "--keep-dirlinks"], "", CancellationToken.None);
        await SendAsync(stage);

        Assert.Empty(Directory.GetFileSystemEntries(outside.Path));
    }

    /// <summary>As a workload may that swaps a folder for a link while rsync is on its way into it.</summary>
    [Fact]
    public async Task a_senders_rsync_sees_nothing_of_its_node()
    {
        _source.Shell($"ln -s {_folder["secret"]} link; ln -s /etc/passwd users");
        Directory.CreateDirectory(_folder["secret"]);
        await File.WriteAllTextAsync(_folder["secret/file"], "a secret of the node");
        await using var stage = await OpenAsync();
        await using var channel = (await stage.OpenChannelAsync()).Value;

        await Rsync.SendAsync(_source.Path, channel, ["-r", "--copy-links"], "", CancellationToken.None);

        Assert.Empty(Directory.GetFileSystemEntries(_target.Path));
    }

    [Fact]
    public async Task a_round_that_is_cancelled_leaves_no_rsync_on_either_side()
    {
        _source.Write("big", VolumeFolder.Noise(5_000_000));
        var ended = new TaskCompletionSource();
        await using var stage = await TransferStage.OpenAsync(channel: async (_, channel, cancel) =>
        {
            try
            {
                await Rsync.ReceiveAsync(_target.Path, _folder.Path, channel, cancel);
            }
            finally
            {
                ended.SetResult();
            }
        });
        var options = new Ms2m.Contracts.TransferOptions { MaxBytesPerSecond = 500_000 };
        using var stop = new CancellationTokenSource();
        var channel = (await stage.OpenChannelAsync(options: options)).Value;

        var sending = Rsync.SendAsync(_source.Path, channel, false, false, stop.Token);
        await Eventually.HoldsAsync("something on the wire", () => channel.WireBytes > 100_000);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinLimitAsync("the sender's end"));
        await channel.DisposeAsync();
        await ended.Task.WithinLimitAsync("the receiver's end");
        Assert.Empty(Directory.GetFiles(_folder.Path, "rsync-*"));
    }
}
