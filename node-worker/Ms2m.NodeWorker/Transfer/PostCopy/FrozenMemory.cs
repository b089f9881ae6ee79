using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Transfer.PostCopy;

/// <summary>The memory of a container that stands still, process by process as the container numbers them. Handles are opened
/// at once: a number that is given anew later leads nowhere.</summary>
internal sealed class FrozenMemory : IDisposable
{
    private readonly Dictionary<long, SafeFileHandle> _processes = [];

    private FrozenMemory()
    {
    }

    public static FrozenMemory Open(LiveContainer container) => Open(
        ProcMemory.Processes(container.Pid).Where(pid => ProcMemory.IsIn(Read(pid, "cgroup"), container.Id)));

    internal static FrozenMemory Open(IEnumerable<int> processes)
    {
        var memory = new FrozenMemory();
        foreach (var pid in processes)
        {
            if (NumberInside(Read(pid, "status")) is { } number)
                memory._processes[number] = File.OpenHandle($"/proc/{pid}/mem");
        }
        return memory;
    }

    /// <summary>False when the process has no memory any more.</summary>
    public bool TryRead(long process, long address, Span<byte> into)
    {
        if (!_processes.TryGetValue(process, out var memory))
            return false;
        try
        {
            while (!into.IsEmpty)
            {
                var read = RandomAccess.Read(memory, into, address);
                if (read <= 0)
                    return false;
                into = into[read..];
                address += read;
            }
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        foreach (var memory in _processes.Values)
            memory.Dispose();
    }

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
