using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Transfer.PostCopy;

/// <summary>The memory of a container that stands still, process by process as the container numbers them. Handles are opened
/// at once: a number that is given anew later leads nowhere.</summary>
internal sealed class FrozenMemory : IDisposable
{
    private readonly Dictionary<long, SafeFileHandle?> _processes = [];

    private FrozenMemory()
    {
    }

    public static FrozenMemory Open(LiveContainer container) => Open(
        ProcMemory.Processes(container.Pid).Where(pid => ProcMemory.IsIn(Read(pid, "cgroup"), container.Id)));

    internal static FrozenMemory Open(IEnumerable<int> processes)
    {
        var memory = new FrozenMemory();
        try
        {
            foreach (var pid in processes)
            {
                if (NumberInside(Read(pid, "status")) is { } number)
                    memory._processes[number] = OpenOne(pid);
            }
            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>False when the process has ended, and its memory with it: nothing else may be taken for that, since then the
    /// container is worth nothing any more.</summary>
    /// <exception cref="InvalidDataException">There is no such page, or no such process was among those that stood still.</exception>
    public bool TryRead(long process, long address, Span<byte> into)
    {
        if (!_processes.TryGetValue(process, out var memory))
            throw new InvalidDataException($"There is no process {process}.");
        if (memory is null)
            return false;
        try
        {
            while (!into.IsEmpty)
            {
                var read = RandomAccess.Read(memory, into, address);
                // proc_pid_mem(5): the kernel says so of memory that nobody has any more, and of an unreadable page EIO.
                if (read == 0)
                    return false;
                into = into[read..];
                address += read;
            }
            return true;
        }
        catch (IOException e)
        {
            throw new InvalidDataException($"Process {process} cannot be read at {address:x}: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        foreach (var memory in _processes.Values)
            memory?.Dispose();
    }

    /// <summary>Null when it has ended, waited for or not: then it has no memory.</summary>
    private static SafeFileHandle? OpenOne(int pid)
    {
        try
        {
            return File.OpenHandle($"/proc/{pid}/mem");
        }
        catch (IOException) when (HasEnded(Read(pid, "status")))
        {
            return null;
        }
    }

    private static bool HasEnded(string status) =>
        status.Split('\n').FirstOrDefault(one => one.StartsWith("State:", StringComparison.Ordinal)) is null or "State:\tZ (zombie)" or "State:\tX (dead)";

    /// <summary>The last of the numbers that a process has, one for each namespace that it is in.</summary>
    internal static long? NumberInside(string status)
    {
        var line = status.Split('\n').FirstOrDefault(one => one.StartsWith("NSpid:", StringComparison.Ordinal));
        return long.TryParse(line?.Split('\t', ' ')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
