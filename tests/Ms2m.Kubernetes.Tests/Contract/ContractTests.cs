using System.Reflection;
using Ms2m.Tests.Simulation.RealCluster;

namespace Ms2m.Kubernetes.Tests.Contract;

/// <summary>The simulated cluster must not lie: each rule that it keeps is checked on a real one too, where there is one.</summary>
public sealed class ContractTests(RealClusterConnection cluster) : IClassFixture<RealClusterConnection>
{
    private static readonly Dictionary<string, MethodInfo> _rules =
        new[] { typeof(RulesOfTheServer), typeof(RulesOfTheControllers) }
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .ToDictionary(method => method.Name);

    public static TheoryData<string> Rules => [.. _rules.Keys];

    [Theory]
    [MemberData(nameof(Rules))]
    public Task the_simulation_keeps_the_rule(string rule) => CheckAsync(rule, Ground.Simulated());

    [RealClusterTheory]
    [MemberData(nameof(Rules))]
    public async Task a_real_cluster_keeps_the_rule(string rule) => await CheckAsync(rule, await Ground.RealAsync(cluster));

    private static Task CheckAsync(string rule, Ground ground) => (Task)_rules[rule].Invoke(null, [ground])!;
}
