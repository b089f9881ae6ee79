using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Ms2m.NodeWorker.Runtimes.Kubernetes;

namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>Reads memory through /proc, without stopping anybody. A process that ends meanwhile simply has no more of it.</summary>
public sealed class ProcMemory : ILiveMemory
{
    private const int BlockPages = 64;

    // proc_pid_pagemap(5): the page is there; it is a file's, or shared.
    private const ulong Present = 1UL << 63;
    private const ulong OfFile = 1UL << 61;

    public IEnumerable<ReadOnlyMemory<byte>> Read(LiveContainer container) =>
        Read(container.Pid, pid => IsIn(GroupOf(pid), container.Id));

    /// <param name="isWanted">Asked of each process when its memory is open, and thus no longer to be confused with that
    /// of another one that has got its number.</param>
    internal static IEnumerable<ReadOnlyMemory<byte>> Read(int pid, Func<int, bool> isWanted) =>
        Processes(pid).SelectMany(one => ReadOne(one, isWanted));

    /// <param name="groups">As in /proc/PID/cgroup.</param>
    internal static bool IsIn(string groups, string container) =>
        container.Length > 0 && groups.Split('\n').Any(line => ContainerProcesses.IsOf(line, container));

    /// <summary>All that live in the same PID namespace: a container's processes, whoever started them.</summary>
    internal static IReadOnlyList<int> Processes(int pid)
    {
        if (NamespaceOf(pid) is not { } theirs || theirs == NamespaceOf(Environment.ProcessId))
            return [pid];
        return [.. from folder in Directory.EnumerateDirectories("/proc")
                   let name = Path.GetFileName(folder)
                   where int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                   let one = int.Parse(name, CultureInfo.InvariantCulture)
                   where NamespaceOf(one) == theirs
                   select one];
    }

    private static IEnumerable<ReadOnlyMemory<byte>> ReadOne(int pid, Func<int, bool> isWanted)
    {
        using var memory = Open($"/proc/{pid}/mem");
        using var map = Open($"/proc/{pid}/pagemap");
        if (memory is null || map is null || !isWanted(pid))
            yield break;
        var block = new byte[BlockPages * Page.Length];
        foreach (var area in Areas(pid))
        {
            foreach (var (from, length) in Runs(map, area))
            {
                if (TryRead(memory, block.AsSpan(0, length), from) is > 0 and var read)
                    yield return block.AsMemory(0, read - read % Page.Length);
            }
        }
        Array.Clear(block);
    }

    /// <summary>Neighbouring pages that are there, as many as fit into a block.</summary>
    private static IEnumerable<(long From, int Length)> Runs(SafeFileHandle map, MemoryArea area)
    {
        var entries = new byte[4096 * sizeof(ulong)];
        for (var at = area.Start; at < area.End;)
        {
            var pages = (int)Math.Min(4096, (area.End - at) / Page.Length);
            var read = TryRead(map, entries.AsSpan(0, pages * sizeof(ulong)), at / Page.Length * sizeof(ulong)) / sizeof(ulong);
            if (read <= 0)
                yield break;
            for (var page = 0; page < read;)
            {
                var run = 0;
                while (run < BlockPages && page + run < read && IsWanted(entries, page + run, area))
                    run++;
                if (run > 0)
                    yield return (at + (long)page * Page.Length, run * Page.Length);
                page += Math.Max(run, 1);
            }
            at += (long)read * Page.Length;
        }
    }

    private static bool IsWanted(byte[] entries, int page, MemoryArea area)
    {
        var entry = MemoryMarshal.Read<ulong>(entries.AsSpan(page * sizeof(ulong)));
        return (entry & Present) != 0 && (area.IsShared || (entry & OfFile) == 0);
    }

    private static IEnumerable<MemoryArea> Areas(int pid)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines($"/proc/{pid}/maps");
        }
        catch (Exception e) when (IsGone(e))
        {
            return [];
        }
        return lines.Select(MemoryArea.Parse).OfType<MemoryArea>();
    }

    private static int TryRead(SafeFileHandle file, Span<byte> to, long at)
    {
        try
        {
            return RandomAccess.Read(file, to, at);
        }
        catch (Exception e) when (IsGone(e))
        {
            return 0;
        }
    }

    private static SafeFileHandle? Open(string path)
    {
        try
        {
            return File.OpenHandle(path);
        }
        catch (Exception e) when (IsGone(e))
        {
            return null;
        }
    }

    private static string? NamespaceOf(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/ns/pid").LinkTarget;
        }
        catch (Exception e) when (IsGone(e))
        {
            return null;
        }
    }

    private static string GroupOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cgroup");
        }
        catch (Exception e) when (IsGone(e))
        {
            return "";
        }
    }

    /// <summary>Gone, or not to be read, as some areas are that belong to devices.</summary>
    private static bool IsGone(Exception e) => e is IOException or UnauthorizedAccessException;
}
