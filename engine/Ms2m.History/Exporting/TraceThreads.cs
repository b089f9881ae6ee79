namespace Ms2m.History.Exporting;

/// <summary>Gives slices of one migration to threads, so that no two slices of a thread overlap: viewers take what overlaps for calls
/// within calls.</summary>
/// <param name="first">The migration's threads have the numbers after this one; no other migration has them.</param>
internal sealed class TraceThreads(int first)
{
    private readonly List<(int Process, string What, double Until)> _threads = [];

    /// <returns>A thread of that kind in the process that is free from a time on, and whether it is a new one.</returns>
    public (int Thread, bool IsNew) Free(int process, string what, double from, double to)
    {
        var found = _threads.FindIndex(thread => thread.Process == process && thread.What == what && thread.Until <= from);
        if (found < 0)
        {
            _threads.Add((process, what, to));
            return (first + _threads.Count, true);
        }

        _threads[found] = (process, what, to);
        return (first + found + 1, false);
    }
}
