using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.PostCopy;

namespace Ms2m.NodeWorker.Tests.Transfer.PostCopy;

/// <summary>What is read of processes, and what is said of them when it cannot be.</summary>
public sealed class FrozenMemoryTests
{
    [Fact]
    public void memory_is_read_where_it_is_and_by_the_container_s_own_numbers()
    {
        var here = GC.AllocateArray<byte>(3 * Page.Length, pinned: true);
        here.AsSpan().Fill(7);
        using var memory = FrozenMemory.Open([Environment.ProcessId]);
        var read = new byte[here.Length];

        Assert.True(memory.TryRead(NumberOf(Environment.ProcessId), Marshal.UnsafeAddrOfPinnedArrayElement(here, 0), read));

        Assert.Equal(here, read);
        Assert.Equal(3, FrozenMemory.NumberInside("Name:\tx\nNSpid:\t4711\t12\t3\nThreads:\t1\n"));
    }

    [Fact]
    public void a_page_that_cannot_be_read_is_not_taken_for_the_end_of_its_process()
    {
        using var memory = FrozenMemory.Open([Environment.ProcessId]);
        var number = NumberOf(Environment.ProcessId);
        var read = new byte[Page.Length];

        Assert.Throws<InvalidDataException>(() => memory.TryRead(number, Page.Length, read));
        Assert.Throws<InvalidDataException>(() => memory.TryRead(number + 1_000_000, Page.Length, read));
    }

    [Fact]
    public async Task a_process_that_ends_has_no_memory_any_more()
    {
        using var process = Process.Start("sleep", "60");
        using var memory = FrozenMemory.Open([process.Id]);
        var (number, address) = (NumberOf(process.Id), await AddressAsync(process.Id));
        var read = new byte[Page.Length];
        Assert.True(memory.TryRead(number, address, read));

        process.Kill();
        await process.WaitForExitAsync();

        Assert.False(memory.TryRead(number, address, read));
    }

    [Fact]
    public async Task who_has_ended_and_is_not_waited_for_hides_nobody_elses_memory()
    {
        // Its shell becomes a program that does not wait for what the shell has started.
        using var parent = Process.Start("/bin/sh", ["-c", "true & exec sleep 60"]);
        var children = string.Create(CultureInfo.InvariantCulture, $"/proc/{parent.Id}/task/{parent.Id}/children");
        var ended = 0;
        await Eventually.HoldsAsync("a zombie", () =>
            int.TryParse(File.ReadAllText(children), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out ended)
            && File.ReadAllText(Of(ended, "status")).Contains("State:\tZ", StringComparison.Ordinal)
            && File.ReadAllText(Of(parent.Id, "comm")).StartsWith("sleep", StringComparison.Ordinal));
        var read = new byte[Page.Length];
        try
        {
            using var memory = FrozenMemory.Open([ended, parent.Id]);

            Assert.True(memory.TryRead(NumberOf(parent.Id), await AddressAsync(parent.Id), read));
            Assert.False(memory.TryRead(NumberOf(ended), Page.Length, read));
        }
        finally
        {
            parent.Kill();
        }
    }

    private static string Of(int pid, string file) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}");

    private static long NumberOf(int pid) => FrozenMemory.NumberInside(File.ReadAllText(Of(pid, "status")))!.Value;

    /// <summary>Of a page that is there.</summary>
    private static async Task<long> AddressAsync(int pid)
    {
        var stack = await Eventually.GetAsync("its stack", async () =>
            (await File.ReadAllLinesAsync(Of(pid, "maps"))).FirstOrDefault(one => one.EndsWith("[stack]", StringComparison.Ordinal)));
        return long.Parse(stack.Split('-', ' ')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) - Page.Length;
    }
}
