using Ms2m.Kubernetes.Api;
using Ms2m.Tests.Simulation.RealCluster;

namespace Ms2m.Kubernetes.Tests.RealCluster;

/// <summary>A test that moves a workload of a real cluster in which all of this is installed: skipped, with how to run it, where
/// none is named.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealWorkloadFactAttribute : FactAttribute
{
    /// <summary><c>NAMESPACE/POD</c> of a pod that was let in.</summary>
    public const string Variable = "MS2M_TEST_WORKLOAD";

    public RealWorkloadFactAttribute() => Skip = new RealClusterFactAttribute().Skip is null && Named is not null
        ? null
        : $"needs a real cluster with engine, workers and a workload: {RealClusterFactAttribute.Variable}=KUBECONFIG {Variable}=shop/orders-0 "
            + "./ms2m test --filter WholeMigration (the pod is moved to another node, and stays there; deploy/kubernetes/overlays/trying-out has one)";

    public static ObjectName? Named => Environment.GetEnvironmentVariable(Variable)?.Split('/') is [{ Length: > 0 } space, { Length: > 0 } pod]
        ? new ObjectName(space, pod)
        : null;
}
