using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Runtimes.Kubernetes;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;

namespace Ms2m.NodeWorker.Preflight.Kubernetes;

/// <summary>The kubelet may make checkpoints for the worker, directly or through the API server; and where it would be asked
/// directly, it answers and shows a certificate that is known.</summary>
internal sealed class CheckpointRightCheck(IKubernetesApi api, KubeletCheckpoints kubelet, ThisNode node, WorkerOptions options) : INodeCheck
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
        var why = new List<string>();
        foreach (var way in ways)
        {
            var asked = await api.CreateAsync(Kinds.AccessReviews, Question(way), cancel);
            if (asked.Problem is { } problem)
                why.Add(problem.Message);
            else if (asked.Value.Status?.Allowed != true)
                why.Add($"the worker's service account may not create nodes/{way}");
            else if (way == Direct && await RefusalAsync(cancel) is { } refusal)
                why.Add($"the kubelet does not take the worker's call: {refusal}");
            else
                return Feature(true, $"create nodes/{way}");
        }
        return Feature(false, string.Join("; ", why));
    }

    private async Task<string?> RefusalAsync(CancellationToken cancel)
    {
        var here = await node.LookAsync(cancel);
        return here.Failed ? here.Trouble.Reason.Message
            : await kubelet.RefusalAsync(here.Value.Status?.Addresses?.FirstOrDefault(one => one.Type == "InternalIP")?.Address, cancel);
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
