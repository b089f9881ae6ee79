using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Volumes;

namespace Ms2m.NodeWorker.Tests.Volumes;

public sealed class VolumeScanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly VolumeFolder _volume;

    public VolumeScanTests() => _volume = new VolumeFolder(_folder["volume"])
        .Write("a", [1, 2, 3]).Write("b/c", VolumeFolder.Noise(700_000)).Write("z", []);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("printf x >>a")]
    [InlineData("printf '\\1\\2\\4' >a; touch -d @1 a")]
    [InlineData("rm z")]
    [InlineData("touch y")]
    [InlineData("mv z y")]
    [InlineData("chmod 600 a")]
    [InlineData("chmod 700 .")]
    [InlineData("chown 1:2 b")]
    [InlineData("ln a d")]
    [InlineData("cp -p a d")]
    [InlineData("ln -s a d")]
    [InlineData("mkdir d")]
    [InlineData("rm a; mkdir a")]
    public async Task whatever_a_program_could_tell_apart_makes_another_digest(string change)
    {
        var before = await _volume.LookAsync();
        _volume.Shell(change);
        var after = await _volume.LookAsync();

        Assert.Null(after.Refusal);
        Assert.NotEqual(before.Digest, after.Digest);
    }

    [Fact]
    public async Task an_attribute_makes_another_digest()
    {
        var before = await _volume.LookAsync();
        _volume.SetAttribute("a", "user.colour");

        Assert.NotEqual(before.Digest, (await _volume.LookAsync()).Digest);
    }

    [Fact]
    public async Task a_copy_with_another_order_of_making_and_other_times_has_the_same_digest()
    {
        _volume.Shell("ln -s a link; ln b/c hard");
        var copy = new VolumeFolder(_folder["copy"]);
        copy.Shell("touch z; mkdir b; cp -a ../volume/. .; touch a");

        Assert.Equal((await _volume.LookAsync()).Digest, (await copy.LookAsync()).Digest);
    }

    [Fact]
    public async Task what_has_not_changed_is_not_read_again()
    {
        var scan = new VolumeScan();
        _volume.Shell("sleep 0.2");
        var first = await scan.LookAheadAsync(_volume.Path, CancellationToken.None);
        Assert.Equal(3, scan.FilesRead);
        await File.WriteAllTextAsync(_volume["a"], "changed");

        var second = await scan.LookAsync(_volume.Path, CancellationToken.None);

        Assert.Equal(1, scan.FilesRead);
        Assert.NotEqual(first.Digest, second.Digest);
        Assert.Equal((await _volume.LookAsync()).Digest, second.Digest);
    }

    [Fact]
    public async Task a_change_that_hides_its_time_and_its_size_is_seen_all_the_same()
    {
        var scan = new VolumeScan();
        _volume.Shell("sleep 0.2");
        await scan.LookAheadAsync(_volume.Path, CancellationToken.None);

        _volume.Shell("touch -r a /tmp/$$; printf '\\1\\2\\9' >a; touch -r /tmp/$$ a; rm /tmp/$$");

        Assert.Equal((await _volume.LookAsync()).Digest, (await scan.LookAsync(_volume.Path, CancellationToken.None)).Digest);
    }

    /// <summary>The kernel tells of a write through a mapping once, and then only after the page was written to the disk.</summary>
    [Fact]
    public async Task what_is_written_through_a_mapping_after_the_first_look_is_seen()
    {
        // Not on a tmpfs, where the kernel never tells.
        using var disk = new DiskFolder();
        var volume = new VolumeFolder(Path.Combine(disk.Path, "volume")).Write("mapped", VolumeFolder.Noise(8192));
        using var mapping = System.IO.MemoryMappedFiles.MemoryMappedFile.CreateFromFile(volume["mapped"]);
        using var view = mapping.CreateViewAccessor();
        view.Write(0, 1L);
        volume.Shell("sleep 0.2");
        var scan = new VolumeScan();
        await scan.LookAheadAsync(volume.Path, CancellationToken.None);

        view.Write(0, 2L);

        Assert.Equal((await volume.LookAsync()).Digest, (await scan.LookAsync(volume.Path, CancellationToken.None)).Digest);
    }

    [Theory]
    [InlineData("chmod 4755 a", "setuid")]
    [InlineData("chmod 2755 a", "setuid")]
    [InlineData("mkfifo pipe", "only files, folders and links")]
    [InlineData("mknod null c 1 3", "only files, folders and links")]
    [InlineData("ln -s ../../etc b/link", "out of the folder")]
    [InlineData("touch $'a\\nb'", "control characters")]
    [InlineData("python3 -c 'import os; os.setxattr(\"a\", \"trusted.overlay.opaque\", b\"y\")'", "the attribute trusted.overlay.opaque")]
    [InlineData("touch $'\\xff'", "UTF-8")]
    public async Task what_no_archive_may_hold_no_volume_may(string change, string reason)
    {
        _volume.Shell(change);

        var refusal = (await _volume.LookAsync()).Refusal;
        // .NET cannot delete what it cannot name.
        _volume.Shell("rm -rf ./*");

        Assert.Contains(reason, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_socket_is_not_missed_and_a_link_to_the_containers_own_files_may_stay()
    {
        var before = await _volume.LookAsync();
        using (var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
        {
            socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_volume["s"]));
            Assert.Equal(before.Digest, (await _volume.LookAsync()).Digest);
        }

        _volume.Shell("ln -s /etc/hosts b/link");

        Assert.Null((await _volume.LookAsync()).Refusal);
    }
}
