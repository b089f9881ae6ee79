using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Tests.RealCluster;

/// <summary>The pods of one workload that were let in, as they come and go.</summary>
internal sealed class Crowd(Pod source)
{
    private readonly Dictionary<string, Pod> _now = [];
    private readonly Dictionary<string, Pod> _ever = [];
    private readonly Lock _lock = new();
    private bool _isComplete;

    /// <summary>Whether all that there was at the beginning has been heard of; nothing is counted before.</summary>
    public bool IsComplete
    {
        get
        {
            lock (_lock)
            {
                return _isComplete;
            }
        }
    }

    public int Fewest { get; private set; } = int.MaxValue;

    public int Most { get; private set; }

    public void Hear(Watched<Pod> news)
    {
        lock (_lock)
        {
            _isComplete |= news.Kind == WatchedKind.Synchronized;
            if (news.What is { } pod)
            {
                _now.Remove(pod.Metadata.Uid!);
                if (news.Kind == WatchedKind.Present && IsOne(pod))
                {
                    _ever[pod.Metadata.Uid!] = pod;
                    _now[pod.Metadata.Uid!] = pod;
                }
            }
            if (_isComplete)
            {
                (Fewest, Most) = (Math.Min(Fewest, _now.Count), Math.Max(Most, _now.Count));
            }
        }
    }

    /// <summary>Those that are neither the source nor the copy that this migration made: they know nothing.</summary>
    public IReadOnlyList<string> Strangers(string migration)
    {
        lock (_lock)
        {
            return [.. _ever.Values.Where(pod => pod.Metadata.Uid != source.Metadata.Uid && pod.Metadata.Label(Markings.Migration) != migration)
                .Select(pod => $"{pod.Metadata.Name} {pod.Metadata.Label(Markings.Instance)}")];
        }
    }

    /// <summary>A copy has its workload's label only when it is taken over.</summary>
    private bool IsOne(Pod pod) =>
        pod.Metadata.Label(Markings.Instance) is not null && pod.Status?.Phase is not ("Succeeded" or "Failed")
        && (pod.Metadata.Label(Markings.Workload) ?? Taking(pod)) == source.Metadata.Label(Markings.Workload);

    private static string? Taking(Pod pod) => Ms2m.Kubernetes.Ownership.PodLabels.ToTake(pod)?.GetValueOrDefault(Markings.Workload);
}
