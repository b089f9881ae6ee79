using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Tests.Transfer.Delta;

public sealed class LiveMemoryTests
{
    [Fact]
    public void what_a_process_has_written_is_read_while_it_runs()
    {
        var pattern = new byte[Page.Length];
        new Random(77).NextBytes(pattern);
        // Twice the length, so that somewhere in it a whole page begins.
        var mine = GC.AllocateUninitializedArray<byte>(3 * Page.Length, pinned: true);
        for (var i = 0; i < mine.Length; i++)
            mine[i] = pattern[i % pattern.Length];

        var found = ProcMemory.Read(Environment.ProcessId, _ => true)
            .Any(block => block.Span.IndexOf(mine.AsSpan(0, 2 * Page.Length)) >= 0);

        Assert.True(found);
        GC.KeepAlive(mine);
    }

    [Fact]
    public void blocks_are_made_of_whole_pages() => Assert.All(
        ProcMemory.Read(Environment.ProcessId, _ => true).Take(100), block => Assert.Equal(0, block.Length % Page.Length));

    [Fact]
    public void a_process_that_is_gone_has_no_memory() => Assert.Empty(ProcMemory.Read(int.MaxValue, _ => true));

    /// <summary>A container's process may end after it was asked for, and its number be another's.</summary>
    [Fact]
    public void a_process_outside_the_containers_control_group_is_not_read() => Assert.Empty(
        new ProcMemory().Read(new LiveContainer(Environment.ProcessId, new string('a', 64))));

    [Theory]
    [InlineData("0::/machine.slice/libpod-4711.scope\n", true)]
    [InlineData("0::/machine.slice/libpod-4711.scope/container/init.scope\n", true)]
    [InlineData("0::/../libpod_parent/libpod-4711\n", true)]
    [InlineData("7:freezer:/kubepods/pod1/4711\n0::/\n", true)]
    [InlineData("0::/machine.slice/libpod-4712.scope\n", false)]
    [InlineData("0::/\n", false)]
    [InlineData("", false)]
    public void a_containers_control_groups_have_its_id_in_their_names(string groups, bool isIn) =>
        Assert.Equal(isIn, ProcMemory.IsIn(groups, "4711"));

    [Theory]
    [InlineData("7f00-8f00 rw-p 00000000 00:00 0 ", false)]
    [InlineData("7f00-8f00 rw-p 00000000 00:00 0     [heap]", false)]
    [InlineData("7f00-8f00 r-xp 00000000 08:01 42    /usr/lib/a library.so", false)]
    [InlineData("7f00-8f00 rw-s 00000000 00:01 42    /memfd:doublemapper (deleted)", true)]
    [InlineData("7f00-8f00 rw-s 00000000 00:01 42    /dev/zero (deleted)", true)]
    public void memory_that_a_checkpoint_would_hold_is_looked_at(string line, bool shared) =>
        Assert.Equal(new MemoryArea(0x7f00, 0x8f00, shared), MemoryArea.Parse(line));

    [Theory]
    [InlineData("")]
    [InlineData("7f00-8f00 ---p 00000000 00:00 0 ")]
    [InlineData("7f00-8f00 r--p 00000000 00:00 0     [vvar]")]
    [InlineData("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]")]
    [InlineData("7f00-8f00 rw-s 00000000 08:01 42    /var/lib/data")]
    [InlineData("nonsense rw-p 00000000 00:00 0")]
    [InlineData("8f00-7f00 rw-p 00000000 00:00 0")]
    public void what_is_none_is_passed_over(string line) => Assert.Null(MemoryArea.Parse(line));
}
