using System.Collections.Concurrent;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Volumes;

/// <summary>What instances' volumes take of their disk, for the node's report. Counted seldom and beside it: a report must
/// not wait for a million files.</summary>
public sealed class VolumeSizes(IContainerRuntime runtime, TimeProvider time)
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Counted> _known = new();

    /// <summary>As counted last; null for what has not been, or has no volumes. Has it counted anew where that is due.</summary>
    public long? Of(string instance)
    {
        var known = _known.GetOrAdd(instance, _ => new Counted());
        if (known.IsDue(time.GetTimestamp(), time, Often))
            known.Counting = CountAsync(instance, known);
        return known.Bytes;
    }

    /// <summary>Forgets those that are no longer there.</summary>
    public void KeepOnly(IEnumerable<string> instances)
    {
        foreach (var gone in _known.Keys.Except(instances))
            _known.TryRemove(gone, out _);
    }

    private async Task CountAsync(string instance, Counted known)
    {
        try
        {
            var volumes = await runtime.VolumesAsync(instance, CancellationToken.None);
            if (volumes.Failed)
                return;
            known.Bytes = volumes.Value.Count == 0 ? null : await Task.Run(() => volumes.Value.Sum(one => Count(one.Folder)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is being removed.
        }
        finally
        {
            known.EndedAt = time.GetTimestamp();
        }
    }

    private static long Count(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 };
        return Directory.EnumerateFileSystemEntries(folder, "*", options).Take(VolumeRules.MaxEntries)
            .Select(path => FileFacts.Of(path)).OfType<FileFacts>()
            .DistinctBy(facts => facts.Identity).Sum(facts => facts.Allocated);
    }

    private sealed class Counted
    {
        public long? Bytes { get; set; }

        public long? EndedAt { get; set; }

        public Task? Counting { get; set; }

        public bool IsDue(long now, TimeProvider time, TimeSpan often) =>
            Counting is not { IsCompleted: false } && (EndedAt is not { } ended || time.GetElapsedTime(ended, now) > often);
    }
}
