using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;

/// <summary>Has the node's kubelet make checkpoints.</summary>
public sealed class KubeletCheckpoints(IKubernetesApi api, KubeletArchives archives, WorkerOptions options, TimeProvider time)
{
    private const int Port = 10250;

    /// <summary>Names of pods have no underscores.</summary>
    private const string NoPod = "ms2m_asks";

    /// <summary>For the runtime.</summary>
    private static readonly TimeSpan Dumping = TimeSpan.FromMinutes(2);

    /// <summary>For as long the kubelet may remember that it has refused us.</summary>
    internal TimeSpan Remembers { get; set; } = TimeSpan.FromSeconds(35);

    internal TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Makes one, gives its archive to <paramref name="use"/>, and removes the archive whatever comes of it.</summary>
    public async Task<Outcome<T>> TakeAsync<T>(Pod pod, string container, Func<FileInfo, Task<Outcome<T>>> use, CancellationToken cancel)
    {
        var (ns, name) = (pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "");
        var prefix = ArchiveNote.PrefixOf(name, ns, container);
        var now = time.GetUtcNow();
        var note = new ArchiveNote(prefix, archives.Named(prefix), now, now + Remembers + Dumping + Dumping);
        var noted = archives.Note(note);
        // An answer that did not come says nothing of what the kubelet still does.
        var isOver = false;
        try
        {
            var order = new CheckpointOrder(options.Node, ns, name, container, TimeLimit: Dumping);
            var taken = await OrderAsync(order, pod.Status?.HostIP, cancel);
            isOver = taken.Problem is not { Code: 0 };
            if (taken.Problem is { } problem)
                return KubeletWords.TroubleOf(problem, PodName(pod));
            var archive = archives.Find(taken.Value, note);
            return archive.Failed ? archive.Trouble : await use(archive.Value);
        }
        finally
        {
            archives.Remove(noted, isOver);
        }
    }

    private async Task<ApiAnswer<string>> OrderAsync(CheckpointOrder order, string? address, CancellationToken cancel)
    {
        var way = (options.Kubernetes ?? new KubernetesSettings()).Kubelet;
        if (way == KubeletWay.Proxy || AddressOf(address) is not { } kubelet)
            return await PatientlyAsync(order, cancel);
        var direct = order with { Kubelet = kubelet };
        if (way == KubeletWay.Direct)
            return await PatientlyAsync(direct, cancel);
        // Not reached, or not one whose certificate or our token is trusted: nothing has been done. Where that is not known,
        // a second checkpoint could run into the first.
        var answer = await api.CheckpointAsync(direct, cancel);
        return answer.Problem switch
        {
            // Of the two, the narrower way is the one that should work: its refusal is worth more than that of the wider.
            { IsUnheard: true } or { Code: 401 } => await api.CheckpointAsync(order, cancel) is { Problem: not { Code: 403 } } proxied ? proxied : answer,
            // Whoever was given the wider right has no need of the narrower.
            { Code: 403 } => await api.CheckpointAsync(order, cancel) is { Problem: null } proxied ? proxied : await PatientlyAsync(direct, cancel),
            _ => answer,
        };
    }

    private async Task<ApiAnswer<string>> PatientlyAsync(CheckpointOrder order, CancellationToken cancel)
    {
        for (var since = time.GetTimestamp(); ; await Task.Delay(Pause, time, cancel))
        {
            var answer = await api.CheckpointAsync(order, cancel);
            if (answer.Problem is not { Code: 403 } || time.GetElapsedTime(since) > Remembers)
                return answer;
        }
    }

    /// <summary>Whether the kubelet of that address can be reached, is known by its certificate and knows us: asked for a checkpoint
    /// of a pod that there cannot be, it says that there is none.</summary>
    /// <returns>Why not.</returns>
    public async Task<string?> RefusalAsync(string? address, CancellationToken cancel)
    {
        if (AddressOf(address) is not { } kubelet)
            return null;
        var answer = await api.CheckpointAsync(
            new CheckpointOrder(options.Node, "default", NoPod, NoPod, kubelet, TimeLimit: TimeSpan.FromSeconds(5)), cancel);
        return answer.Problem is { Code: 0 or 401 } problem ? problem.Message : null;
    }

    private static Uri? AddressOf(string? ip) =>
        System.Net.IPAddress.TryParse(ip, out var address) ? new UriBuilder("https", address.ToString(), Port).Uri : null;

    private static string PodName(Pod pod) => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";
}
