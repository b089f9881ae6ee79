namespace Ms2m.Kubernetes.Tests.Playback;

/// <summary>Recorded calls that the client never makes, each with the reason. What they were refused with is played back all the
/// same, as bare calls.</summary>
internal static class NotOurCalls
{
    public static IReadOnlyDictionary<string, string> Reasons { get; } = new Dictionary<string, string>
    {
        ["002-readyz"] = "health of the server: its version is asked for instead",
        ["003-api-groups"] = "discovery: kinds are known",
        ["004-apps-v1-resources"] = "discovery",
        ["005-core-v1-resources"] = "discovery",
        ["009-nodes-list-metadata-only"] = "another form of a list",
        ["014-serviceaccount-tokenrequest"] = "a subresource that is created",
        ["042-400-pods-bad-continue"] = "the server's own word is what is sent back",
        ["043-pod-log"] = "logs",
        ["044-pods-table"] = "another form of a list",
        ["047-405-method"] = "no name to replace",
        ["048-406-accept"] = "another form of an object",
        ["049-400-malformed-json"] = "no JSON",
        ["050-415-patch-type"] = "no kind of patch",
        ["053-400-strict-unknown-field"] = "the server's own way with unknown fields is kept",
        ["054-warn-unknown-field"] = "a dry run",
        ["056-deployment-patch-affinity-strategic-dryrun"] = "a dry run",
        ["059-deployment-patch-affinity-merge"] = "only an apply names its manager, others are known by their user agent",
        ["063-deployment-scale-get"] = "a controller says itself how many it is to have",
        ["064-statefulset-scale-get"] = "as above",
        ["081-checkpoint-proxy-get-405"] = "a checkpoint is posted",
        ["084-checkpoint-proxy-bad-timeout"] = "a limit is a number",
        ["090-kubelet-pods"] = "the server is asked for pods",
        ["091-kubelet-healthz"] = "health of the kubelet",
        ["112-pod-binding"] = "a pod is created with its node's name",
        ["113-409-pod-binding-again"] = "as above",
        ["155-list-410-exact-old-rv"] = "no list of the past is asked for",
        ["156-504-list-rv-in-future"] = "nor one of the future",
    };
}
