using Ms2m.Kubernetes.Tests.Contract;
using Ms2m.Tests.Simulation.RealCluster;

namespace Ms2m.Kubernetes.Tests.RealCluster;

/// <summary>The rules that the simulated cluster keeps, before a real one.</summary>
public sealed class RulesTests(RealClusterConnection cluster) : IClassFixture<RealClusterConnection>
{
    public static TheoryData<string> Rules => ContractTests.Rules;

    [RealClusterTheory]
    [MemberData(nameof(Rules))]
    public async Task a_real_cluster_keeps_the_rule(string rule) => await ContractTests.CheckAsync(rule, await Ground.RealAsync(cluster));
}
