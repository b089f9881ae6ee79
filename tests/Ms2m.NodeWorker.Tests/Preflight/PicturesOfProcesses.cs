using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Ms2m.NodeWorker.Preflight;

namespace Ms2m.NodeWorker.Tests.Preflight;

/// <summary>What pre-checks know of a workload comes from the kernel's own tables.</summary>
public class PicturesOfProcesses
{
    private const long Seize = 0x4206;

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/urandom")]
    [InlineData("/dev/pts/0")]
    [InlineData("/dev/shm/queue")]
    [InlineData("/var/lib/data.db")]
    [InlineData("socket:[4711]")]
    [InlineData("pipe:[4711]")]
    [InlineData("anon_inode:[eventpoll]")]
    [InlineData("anon_inode:[eventfd]")]
    [InlineData("/memfd:doublemapper (deleted)")]
    public void ordinary_files_are_no_obstacle(string target) => Assert.Null(OpenFiles.Judge(target, () => long.MaxValue));

    [Theory]
    [InlineData("/dev/fuse")]
    [InlineData("/dev/nvidia0")]
    [InlineData("/dev/kvm")]
    [InlineData("anon_inode:[io_uring]")]
    [InlineData("anon_inode:[perf_event]")]
    [InlineData("anon_inode:kvm-vm")]
    public void what_lives_in_the_kernel_or_the_node_is_one(string target)
    {
        var obstacle = OpenFiles.Judge(target, () => 0);

        Assert.Equal(target, obstacle?.What);
        Assert.EndsWith(".", obstacle!.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/shm/queue", true)]
    [InlineData("/dev/shm/queue (deleted)", false)]
    [InlineData("/dev/zero", false)]
    [InlineData("/srv/dev/shm/queue", false)]
    public void what_a_pods_containers_share_is_one_in_a_pod(string target, bool stays) =>
        Assert.Equal(stays ? target : null, OpenFiles.InPodsMemory(target)?.What);

    [Fact]
    public void shared_memory_is_seen_when_only_its_mapping_is_left()
    {
        var path = $"/dev/shm/ms2m-test-{Guid.NewGuid():N}";
        try
        {
            File.WriteAllBytes(path, new byte[4096]);
            using var mapped = MemoryMappedFile.CreateFromFile(path);
            using var view = mapped.CreateViewAccessor();

            Assert.Contains(path, ProcessPictures.MappedDevices(Environment.ProcessId));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void a_deleted_file_travels_up_to_a_size()
    {
        Assert.Null(OpenFiles.Judge("/tmp/scratch (deleted)", () => 1000));
        Assert.Equal("/tmp/scratch", OpenFiles.Judge("/tmp/scratch (deleted)", () => 5 << 20)?.What);
    }

    [Fact]
    public void only_sockets_that_listen_are_ports()
    {
        string[] table =
        [
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            "   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1001 1 0 100 0 0 10 0",
            "   1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 1002 1 0 20 4 30 10 -1",
            "garbage",
        ];

        Assert.Equal([(1001, 8080)], ListeningPorts.Parse(table));
    }

    [Fact]
    public async Task a_real_process_shows_its_port_and_its_large_deleted_file()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var path = Path.GetTempFileName();
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        await file.WriteAsync(new byte[2 << 20]);
        await file.FlushAsync();
        File.Delete(path);

        var picture = ProcessPictures.Of(Environment.ProcessId, pod: "");

        Assert.NotNull(picture);
        Assert.Contains(((IPEndPoint)listener.LocalEndpoint).Port, picture.Ports);
        Assert.Contains(picture.Obstacles, one => one.What == path);
        Assert.True(picture.Processes >= 1);
    }

    /// <summary>Whoever opens such a pipe to read waits for somebody who writes.</summary>
    [Fact]
    public async Task a_deleted_pipe_stops_nobody_who_looks()
    {
        var path = Path.Combine(Path.GetTempPath(), $"pipe-{Guid.NewGuid():N}");
        using (var made = Process.Start("mkfifo", path))
            await made.WaitForExitAsync();
        // Both ways, so that this does not wait itself; then for reading alone, as a container would.
        using var shell = Process.Start(new ProcessStartInfo(
            "/bin/sh", ["-c", "exec 3<>\"$0\" 4<\"$0\" 3>&-; rm \"$0\"; echo ready; read end", path])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("ready", await shell.StandardOutput.ReadLineAsync());
        Assert.Equal(path + " (deleted)", new FileInfo($"/proc/{shell.Id}/fd/4").LinkTarget);

        var look = Task.Run(() => FileLength.Of($"/proc/{shell.Id}/fd/4"));

        Assert.Same(look, await Task.WhenAny(look, Task.Delay(TimeSpan.FromSeconds(10))));
        Assert.Equal(0, await look);
        Assert.DoesNotContain(ProcessPictures.Of(shell.Id, pod: "")!.Obstacles, one => one.What == path);
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
    }

    [Fact]
    public void a_traced_process_cannot_be_dumped_unless_it_is_being_dumped()
    {
        // Who traces is a thread.
        const string name = "/proc/thread-self/comm";
        var before = File.ReadAllText(name).TrimEnd();
        using var traced = Process.Start("/bin/sleep", "60");
        try
        {
            Assert.Equal(0, Trace(Seize, traced.Id, 0, 0));
            Assert.Contains(ProcessPictures.Of(traced.Id, pod: null)!.Obstacles, one => one.Why.Contains("traces it", StringComparison.Ordinal));

            File.WriteAllText(name, "criu");

            Assert.Empty(ProcessPictures.Of(traced.Id, pod: null)!.Obstacles);
        }
        finally
        {
            File.WriteAllText(name, before);
            traced.Kill();
        }
    }

    [Fact]
    public void one_of_a_pods_containers_says_so() => Assert.Contains(
        ProcessPictures.Of(Environment.ProcessId, pod: "shop")!.Obstacles, one => one.What.Contains("shop", StringComparison.Ordinal));

    [Fact]
    public async Task a_process_that_is_gone_has_no_picture()
    {
        using var gone = Process.Start("/bin/true");
        await gone.WaitForExitAsync();

        Assert.Null(ProcessPictures.Of(gone.Id, pod: null));
    }

    [DllImport("libc", EntryPoint = "ptrace"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long Trace(long request, int pid, nint address, nint data);
}
