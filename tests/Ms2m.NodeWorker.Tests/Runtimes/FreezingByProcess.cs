using System.Diagnostics;
using System.Globalization;
using Ms2m.NodeWorker.Runtimes.Podman;

namespace Ms2m.NodeWorker.Tests.Runtimes;

/// <summary>A process is found by its control group and made to stand still, on kernels with either version of them.</summary>
public sealed class FreezingByProcess
{
    [Fact]
    public void the_second_version_is_preferred_and_the_first_will_do()
    {
        Assert.Equal(["/sys/fs/cgroup/kubepods.slice/c1.scope/cgroup.freeze"], FreezerFile.Of(["0::/kubepods.slice/c1.scope"]));
        Assert.Equal(
            ["/sys/fs/cgroup/a/cgroup.freeze", "/sys/fs/cgroup/freezer/kubepods/pod1/c1/freezer.state"],
            FreezerFile.Of(["9:name=systemd:/b", "6:freezer:/kubepods/pod1/c1", "1:cpu,cpuacct:/c", "0::/a"]));
    }

    [Theory]
    [InlineData("0::/")]
    [InlineData("6:freezer:/")]
    [InlineData("0::/../../another")]
    [InlineData("6:freezer:/../c1")]
    [InlineData("4:memory:/c1")]
    [InlineData("")]
    public void the_whole_machine_and_what_is_not_seen_are_never_frozen(string line) => Assert.Empty(FreezerFile.Of([line]));

    [FirstVersionFact]
    public async Task a_process_of_the_first_version_stands_still_and_goes_on()
    {
        var group = $"/sys/fs/cgroup/freezer/ms2m-test-{Guid.NewGuid():N}";
        Directory.CreateDirectory(group);
        using var process = Process.Start("sleep", "60");
        try
        {
            File.WriteAllText($"{group}/cgroup.procs", process.Id.ToString(CultureInfo.InvariantCulture));
            var groups = new ControlGroups(new PodmanPlaces("/none"));

            var freezer = groups.OfProcess("container", process.Id);
            Assert.NotNull(freezer);
            Assert.Equal($"{group}/freezer.state", freezer);
            Assert.False(groups.IsFrozen(freezer));
            Assert.Null(await groups.StandStillAsync(freezer));
            Assert.True(groups.IsFrozen(freezer));
            Assert.Equal(freezer, groups.Known("container"));
            // Once more, as a step that is repeated does.
            Assert.Null(await groups.StandStillAsync(freezer));
            Assert.Null(groups.Set(freezer, frozen: false));
            Assert.False(groups.IsFrozen(freezer));
        }
        finally
        {
            File.WriteAllText($"{group}/freezer.state", "THAWED");
            process.Kill();
            await process.WaitForExitAsync();
            Directory.Delete(group);
        }
    }

    [FirstVersionFact]
    public async Task who_stands_still_in_the_first_version_ends_when_its_time_has_come()
    {
        var group = $"/sys/fs/cgroup/freezer/ms2m-test-{Guid.NewGuid():N}";
        Directory.CreateDirectory(group);
        using var process = Process.Start("sleep", "60");
        try
        {
            File.WriteAllText($"{group}/cgroup.procs", process.Id.ToString(CultureInfo.InvariantCulture));
            var groups = new ControlGroups(new PodmanPlaces("/none"));
            var freezer = groups.OfProcess("container", process.Id)!;
            Assert.Null(await groups.StandStillAsync(freezer));

            groups.EndFrozen(freezer);

            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(128 + 9, process.ExitCode);
        }
        finally
        {
            File.WriteAllText($"{group}/freezer.state", "THAWED");
            process.Kill();
            await process.WaitForExitAsync();
            Directory.Delete(group);
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class FirstVersionFactAttribute : FactAttribute
    {
        public FirstVersionFactAttribute()
        {
            if (!File.Exists("/sys/fs/cgroup/freezer/cgroup.procs") || !Environment.IsPrivilegedProcess)
            {
                Skip = "needs a kernel with control groups of the first version, and root";
            }
        }
    }
}
