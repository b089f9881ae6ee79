using Ms2m.NodeWorker.Runtimes.Kubernetes;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Kubernetes.Pure;

public sealed class ContainerProcessesTests : IDisposable
{
    private readonly TemporaryFolder _proc = new();

    public void Dispose() => _proc.Dispose();

    private void Process(int pid, int parent, long start, string group)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_proc.Path, $"{pid}")).FullName;
        File.WriteAllText(Path.Combine(folder, "cgroup"), $"0::{group}\n");
        // The name holds what would mislead whoever splits at blanks.
        File.WriteAllText(Path.Combine(folder, "stat"), $"{pid} (a ) b) S {parent} {string.Join(' ', Enumerable.Repeat("0", 17))} {start} 0");
    }

    [Fact]
    public void the_first_is_the_one_that_no_other_has_started()
    {
        Process(300, 1, 30, "/kubepods/pod1/cri-containerd-abc.scope");
        Process(200, 100, 20, "/kubepods/pod1/cri-containerd-abc.scope");
        Process(201, 200, 21, "/kubepods/pod1/cri-containerd-abc.scope");
        Process(100, 1, 10, "/system.slice/containerd.service");

        Assert.Equal(200, new ContainerProcesses(_proc.Path).FirstOf("abc"));
    }

    [Fact]
    public void a_container_without_processes_has_none()
    {
        Process(200, 100, 20, "/kubepods/pod1/cri-containerd-abcd.scope");

        Assert.Equal(0, new ContainerProcesses(_proc.Path).FirstOf("abc"));
        Assert.Equal(0, new ContainerProcesses(_proc.Path).FirstOf(""));
    }

    [Theory]
    [InlineData("0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-abc.scope", true)]
    [InlineData("0::/kubepods.slice/kubepods-pod1.slice/crio-abc.scope/container", true)]
    [InlineData("7:freezer:/kubepods/pod1/abc", true)]
    [InlineData("0::/kubepods.slice/kubepods-pod1.slice/crio-conmon-abc.scope", false)]
    [InlineData("0::/kubepods/pod1/abcd", false)]
    public void a_group_is_a_containers_by_its_name(string line, bool its) => Assert.Equal(its, ContainerProcesses.IsOf(line, "abc"));
}
