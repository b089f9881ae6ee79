using System.Globalization;

namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>A stretch of a process's memory that a checkpoint would hold pages of.</summary>
/// <param name="IsShared">Memory that processes share, or a file without a name: its pages count although they are a file's.</param>
internal readonly record struct MemoryArea(long Start, long End, bool IsShared)
{
    private static readonly string[] SharedMemory = ["/dev/zero", "/memfd:", "/SYSV", "/dev/shm/"];

    /// <summary>A line of proc_pid_maps(5); null when there is nothing in it for a checkpoint.</summary>
    public static MemoryArea? Parse(string line)
    {
        var words = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 5 || words[1].Length < 4 || words[1][0] != 'r'
            || words[0].Split('-') is not [var start, var end]
            || !long.TryParse(start, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var from)
            || !long.TryParse(end, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var to)
            || from < 0 || to <= from)
            return null;
        var name = words.Length > 5 ? words[5].Trim() : "";
        if (name is "[vvar]" or "[vdso]" or "[vsyscall]" or "[vvar_vclock]")
            return null;
        var shared = words[1][3] == 's';
        // A file that is mapped for all to see is not the process's own.
        if (shared && !Array.Exists(SharedMemory, prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            return null;
        return new MemoryArea(from, to, shared);
    }
}
