using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Ownership;

/// <summary>Answers the rules' questions by the API, one read after the other.</summary>
internal sealed class Eyes(IKubernetesApi api)
{
    /// <returns>All that the rules want to know; that something is not there is an answer.</returns>
    public async Task<ApiAnswer<Observed>> LookAsync(Goal goal, CancellationToken cancel)
    {
        var seen = Observed.Nothing;
        while (OwnershipRules.Ask(goal, seen) is { } question)
        {
            var answer = await LookAsync(seen, question, cancel);
            if (answer.Problem is { } problem)
            {
                return problem;
            }
            seen = answer.Value;
        }
        return seen;
    }

    public async Task<ApiAnswer<Observed>> LookAsync(Observed seen, Question question, CancellationToken cancel)
    {
        seen = seen with { Asked = seen.Asked.Add(question) };
        return question switch
        {
            Question.OfStatefulSet(var name) => await GetAsync(Kinds.StatefulSets, name, set => seen with { StatefulSet = set }, cancel),
            Question.OfReplicaSet(var name) => await GetAsync(Kinds.ReplicaSets, name, set => seen with { ReplicaSet = set }, cancel),
            Question.OfDeployment(var name) => await GetAsync(Kinds.Deployments, name, one => seen with { Deployment = one }, cancel),
            Question.OfReplicaSets(var space, var labels) =>
                await ListAsync(Kinds.ReplicaSets, new Selection(space, labels), sets => seen with { ReplicaSets = sets }, cancel),
            Question.OfNamed(var name) => await GetAsync(Kinds.Pods, name, pod => seen with { Named = pod }, cancel),
            Question.OfPods(var space, var labels) => await ListAsync(
                Kinds.Pods, new Selection(space, labels),
                pods => seen with { Pods = [.. pods.Concat(seen.Pods).DistinctBy(pod => pod.Metadata.Uid)] }, cancel),
            Question.OfNode(var name) => await GetAsync(Kinds.Nodes, new ObjectName(null, name), node => seen with { Node = node }, cancel),
            Question.OfClaim(var name) => await GetAsync(
                Kinds.Claims, name, claim => claim is null ? seen : seen with { Claims = seen.Claims.Add(claim) }, cancel),
            _ => seen,
        };
    }

    private async Task<ApiAnswer<Observed>> GetAsync<T>(
        Kind<T> kind, ObjectName name, Func<T?, Observed> with, CancellationToken cancel)
        where T : KubernetesObject
    {
        var answer = await api.GetAsync(kind, name, cancel);
        return answer.Problem switch
        {
            null => with(answer.Value),
            { IsMissing: true } => with(null),
            var problem => problem,
        };
    }

    private async Task<ApiAnswer<Observed>> ListAsync<T>(
        Kind<T> kind, Selection which, Func<IReadOnlyList<T>, Observed> with, CancellationToken cancel)
        where T : KubernetesObject
    {
        var answer = await api.ListAsync(kind, which, cancel);
        return answer.Problem is { } problem ? problem : with(answer.Value.Items);
    }
}
