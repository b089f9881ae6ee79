using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Preflight.Kubernetes;

/// <summary>The kubelet may make checkpoints for the worker, directly or through the API server.</summary>
public sealed class CheckpointRightCheck(IKubernetesApi api, WorkerOptions options) : INodeCheck
{
    private const string Direct = "checkpoint";
    private const string Proxied = "proxy";

    public bool IsEssential => true;

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        string[] ways = (options.Kubernetes ?? new KubernetesSettings()).Kubelet switch
        {
            KubeletWay.Direct => [Direct],
            KubeletWay.Proxy => [Proxied],
            _ => [Direct, Proxied],
        };
        var why = "";
        foreach (var way in ways)
        {
            var asked = await api.CreateAsync(Kinds.AccessReviews, Question(way), cancel);
            if (asked.Problem is { } problem)
                why = problem.Message;
            else if (asked.Value.Status?.Allowed == true)
                return Feature(true, $"create nodes/{way}");
            else
                why = $"the worker's service account may not create nodes/{string.Join(" or nodes/", ways)}";
        }
        return Feature(false, why);
    }

    private static SelfSubjectAccessReview Question(string subresource) => new()
    {
        ApiVersion = Kinds.AccessReviews.ApiVersion,
        Kind = Kinds.AccessReviews.Name,
        Spec = new AccessSpec
        {
            ResourceAttributes = new ResourceAttributes { Verb = "create", Resource = "nodes", Subresource = subresource },
        },
    };

    private static NodeFeature Feature(bool available, string detail) => new("kubelet-checkpoints", available, detail);
}
