using System.Globalization;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>A restore that podman has runc make, seen from outside: podman answers nothing about the container before it ends.</summary>
internal static class RuncRestore
{
    /// <summary>Kills CRIU where it restores that container. When it fails after it has taken hold of the threads, as when its daemon
    /// for pages has gone, it kills the first process and waits for it; that one waits for its threads, which CRIU holds.</summary>
    public static void Kill(string name)
    {
        var all = CommandLines.All().ToList();
        foreach (var monitor in all.Where(one => After(one.Words, "-n") == name && After(one.Words, "-c") is not null))
        {
            var id = After(monitor.Words, "-c")!;
            var restores = all.Where(one => one.Words.Contains("restore") && one.Words.Contains(id)).Select(one => one.Pid).ToHashSet();
            foreach (var (pid, words) in all)
            {
                if (words is [var title, ..] && title.StartsWith("criu", StringComparison.Ordinal) && restores.Contains(ParentOf(pid)))
                    ProcessEnd.Kill(pid);
            }
        }
    }

    private static string? After(string[] words, string option) =>
        Array.IndexOf(words, option) is >= 0 and var at && at + 1 < words.Length ? words[at + 1] : null;

    /// <summary>The fourth field; the second is the program's name, which may hold anything.</summary>
    private static int ParentOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has ended.
            return 0;
        }
    }
}
