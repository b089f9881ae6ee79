namespace Ms2m.Tests.Simulation.RealCluster;

/// <summary>As <see cref="RealClusterFactAttribute"/>, for a test with cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealClusterTheoryAttribute : TheoryAttribute
{
    public RealClusterTheoryAttribute() => Skip = new RealClusterFactAttribute().Skip;
}
