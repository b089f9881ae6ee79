using System.Text.Json.Nodes;
using Ms2m.Engine.Kubernetes.Draining;
using Ms2m.EventLog.Claims;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Npgsql;

namespace Ms2m.Engine.Kubernetes.Evicting;

/// <summary>Answers whether a pod may be evicted. Every engine does, from what the cluster and the store say: the leader need
/// not be asked, and is told by a mark on the pod what somebody wants.</summary>
internal sealed partial class EvictionHook(IKubernetesApi api, NpgsqlDataSource store, TimeProvider time, ILogger<EvictionHook> logger)
{
    // Less than the webhook's own limit, so that the answer is ours.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(4);

    /// <summary>A mark that is older is made anew: it holds for some minutes only.</summary>
    private static readonly TimeSpan _markAgain = TimeSpan.FromMinutes(1);

    public async Task<AdmissionResponse> JudgeAsync(AdmissionRequest request, CancellationToken token)
    {
        var uid = request.Uid ?? "";
        if (!request.IsEviction || request.Namespace is not { Length: > 0 } || request.Name is not { Length: > 0 })
        {
            // A webhook that is configured for more than evictions must not stop what it knows nothing of.
            return new AdmissionResponse(uid, Allowed: true);
        }

        using var limit = new CancellationTokenSource(_patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, limit.Token);
        try
        {
            var verdict = await LookAsync(new ObjectName(request.Namespace, request.Name), request.HasNoEffect, both.Token);
            return (verdict, request.HasNoEffect) switch
            {
                ({ IsAllowed: true }, _) => new AdmissionResponse(uid, true, Warnings: verdict.Message is { } known ? [known] : null),
                // Who only tries would ask for ever: nothing is going to change.
                ({ Code: 429 }, true) => new AdmissionResponse(uid, true, Warnings: [$"It would have to wait. {verdict.Message}"]),
                _ => new AdmissionResponse(uid, false, RefusalStatus.Of(verdict.Code, verdict.Message!)),
            };
        }
        catch (Exception failure) when (!token.IsCancellationRequested)
        {
            // Rather once more than state that is lost.
            LogBlind(request.Namespace, request.Name, failure);
            return new AdmissionResponse(uid, false, RefusalStatus.Of(
                429, $"It cannot be seen now whether the pod {request.Namespace}/{request.Name} holds state; ask again."));
        }
    }

    private async Task<EvictionVerdict> LookAsync(ObjectName name, bool dryRun, CancellationToken token)
    {
        var found = await api.GetAsync(Kinds.Pods, name, token);
        if (found.Problem is { } problem)
        {
            return problem.IsMissing ? EvictionVerdict.Allowed(null) : throw new KubernetesRefusedException(problem);
        }

        var pod = found.Value;
        if (!PodPlace.HoldsState(pod))
        {
            return EvictionVerdict.Allowed(null);
        }

        var migrations = await api.ListAsync(Kinds.Migrations, new Selection(name.Namespace), token);
        if (migrations.Problem is { } unlisted)
        {
            throw new KubernetesRefusedException(unlisted);
        }

        var movedBy = await store.ClaimHolderAsync(pod.Metadata.Label(Markings.Workload)!, token);
        var node = await api.GetAsync(Kinds.Nodes, new ObjectName(null, pod.Spec?.NodeName ?? ""), token);
        var now = time.GetUtcNow();
        var verdict = EvictionRule.Judge(pod, node.Problem is null ? node.Value : null, migrations.Value.Items, movedBy, now);
        if (verdict.Asks && !dryRun && !PodPlace.IsToBeEvicted(pod, now + PodPlace.WishHolds - _markAgain))
        {
            await MarkAsync(pod, token);
        }

        return verdict;
    }

    private async Task MarkAsync(Pod pod, CancellationToken token)
    {
        var change = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = pod.Metadata.Uid,
                ["annotations"] = new JsonObject { [Markings.Eviction] = PodPlace.EvictionOf(pod, time.GetUtcNow()) },
            },
        };
        var marked = await api.PatchAsync(Kinds.Pods, new ObjectName(pod.Metadata.Namespace, pod.Metadata.Name!), Patch.Merge(change), token);
        if (marked.Problem is { IsMissing: false, IsConflict: false } problem)
        {
            LogUnmarked(pod.Metadata.Namespace!, pod.Metadata.Name!, problem.Message);
        }
    }

    [LoggerMessage(1840, LogLevel.Warning, "Whether {Namespace}/{Pod} may be evicted cannot be seen; it is refused for now")]
    private partial void LogBlind(string @namespace, string pod, Exception failure);

    [LoggerMessage(1841, LogLevel.Warning, "The pod {Namespace}/{Pod} could not be marked for the drain: {Reason}")]
    private partial void LogUnmarked(string @namespace, string pod, string reason);
}
