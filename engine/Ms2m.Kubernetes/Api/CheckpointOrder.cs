namespace Ms2m.Kubernetes.Api;

/// <summary>A container that is to be checkpointed by the kubelet of its node.</summary>
/// <param name="Kubelet">Base address of the kubelet, such as <c>https://10.0.0.12:10250</c>, which needs
/// <c>create nodes/checkpoint</c>; null to go through the API server, which needs <c>create nodes/proxy</c>.</param>
/// <param name="TimeLimit">For the runtime; its own when absent.</param>
public sealed record CheckpointOrder(
    string Node, string Namespace, string Pod, string Container, Uri? Kubelet = null, TimeSpan? TimeLimit = null);
