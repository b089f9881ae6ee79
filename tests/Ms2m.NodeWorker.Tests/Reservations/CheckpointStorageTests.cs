using Ms2m.NodeWorker.Reservations;

namespace Ms2m.NodeWorker.Tests.Reservations;

public sealed class CheckpointStorageTests
{
    private const string Head = "Filename\tType\tSize\tUsed\tPriority";
    private const string Swap = "/dev/vdb partition 1048572 0 -2";
    private const string Other = "30 1 0:28 / /tmp rw,nosuid - tmpfs tmpfs rw,noswap";

    private static string Mount(string options) =>
        $"31 1 0:29 / /var/lib/ms2m/checkpoints rw,nosuid shared:5 - tmpfs tmpfs rw,size=2097152k{options}";

    private static bool MayBeSwapped(string options, params string[] swaps) => CheckpointStorage.MayBeSwapped(
        "/var/lib/ms2m/checkpoints", [Mount(options), Other], [Head, .. swaps]);

    [Fact]
    public void without_swap_memory_stays_memory() => Assert.False(MayBeSwapped(""));

    [Fact]
    public void with_swap_it_may_go_to_the_disk() => Assert.True(MayBeSwapped("", Swap));

    [Fact]
    public void unless_the_mount_forbids_it() => Assert.False(MayBeSwapped(",noswap", Swap));
}
