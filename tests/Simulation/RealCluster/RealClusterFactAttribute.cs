namespace Ms2m.Tests.Simulation.RealCluster;

/// <summary>A test that needs a real cluster: skipped, with how to run it, where none is named.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealClusterFactAttribute : FactAttribute
{
    /// <summary>Path of a kubeconfig whose user may do everything on a cluster that may be experimented with.</summary>
    public const string Variable = "MS2M_TEST_KUBECONFIG";

    public RealClusterFactAttribute()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
        {
            Skip = $"needs a real cluster: {Variable}=KUBECONFIG ./ms2m test --filter RealCluster (its user must be an administrator; "
                + "what a test makes lies in a namespace of its own, which it deletes)";
        }
    }
}
