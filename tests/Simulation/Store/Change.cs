using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>One write, as watches and informers hear of it.</summary>
/// <param name="Before">Null when it is new.</param>
/// <param name="Now">Null when it is gone.</param>
internal sealed record Change(ObjectKey Key, KubernetesObject? Before, KubernetesObject? Now, long Version);
