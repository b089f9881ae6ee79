using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;

namespace Ms2m.Kubernetes.Ownership;

/// <summary>Looks, asks the rules, does what they say, and looks again.</summary>
public sealed class PodOwnership(IKubernetesApi api, TimeProvider time) : IPodOwnership
{
    /// <summary>Controllers take tenths of a second; asking this often is no burden for a server.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(250);

    private readonly Eyes _eyes = new(api);

    public async Task<ApiAnswer<Done>> CheckAsync(WorkloadPod pod, string instance, bool leavesFirst, CancellationToken cancel)
    {
        var goal = new Goal(Aim.Check, pod, instance, LeavesFirst: leavesFirst);
        var seen = await _eyes.LookAsync(goal, cancel);
        return seen.Problem is { } unseen ? unseen
            : OwnershipRules.Next(goal, seen.Value) is Act.Refuse { Problem: var problem } ? problem
            : default(Done);
    }

    public Task<ApiAnswer<Done>> ReleaseNameAsync(WorkloadPod pod, string instance, CancellationToken cancel) =>
        ReachAsync(new Goal(Aim.Release, pod, instance), cancel);

    public Task<ApiAnswer<Done>> SettleNameAsync(WorkloadPod pod, string instance, CancellationToken cancel) =>
        ReachAsync(new Goal(Aim.Settle, pod, instance), cancel);

    public Task<ApiAnswer<Done>> AdoptAsync(WorkloadPod pod, string instance, string? former, CancellationToken cancel) =>
        ReachAsync(new Goal(Aim.Adopt, pod, instance, former), cancel);

    private async Task<ApiAnswer<Done>> ReachAsync(Goal goal, CancellationToken cancel)
    {
        Act.Wait? last = null;
        try
        {
            while (true)
            {
                switch (await StepAsync(goal, cancel))
                {
                    case Act.Nothing:
                        return default(Done);
                    case Act.Refuse refused:
                        return refused.Problem;
                    case Act.Wait waits:
                        last = waits;
                        await Task.Delay(_pause, time, cancel);
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (last is not null && cancel.IsCancellationRequested)
        {
            return OwnershipProblems.Waited(last);
        }
    }

    /// <returns>What was done, or is to be waited for, or why it is over.</returns>
    private async Task<Act> StepAsync(Goal goal, CancellationToken cancel)
    {
        var seen = await _eyes.LookAsync(goal, cancel);
        // What the server cannot say now it may say soon; until when is the caller's affair.
        var act = seen.Problem is { } unseen
            ? unseen.IsPassing ? new Act.Wait($"an answer of the API server: {unseen.Message}") : new Act.Refuse(unseen)
            : OwnershipRules.Next(goal, seen.Value);
        var problem = await DoAsync(act, cancel);
        return problem is null ? act
            // Somebody was faster, or it is gone: what is there now decides.
            : problem.IsConflict || problem.IsMissing || problem.IsPassing ? Act.WaitWhile(problem)
            : new Act.Refuse(problem);
    }

    private async Task<ApiProblem?> DoAsync(Act act, CancellationToken cancel) => act switch
    {
        Act.Scale scale => (await api.ScaleAsync(
            Resources.Kinds.StatefulSets, scale.StatefulSet, scale.Replicas, cancel, scale.ResourceVersion)).Problem,
        Act.Mark mark => (await api.PatchAsync(
            Resources.Kinds.Pods, new ObjectName(mark.Pod.Metadata.Namespace, mark.Pod.Metadata.Name!), mark.Patch, cancel)).Problem,
        _ => null,
    };
}
