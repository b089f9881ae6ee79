using System.Reflection;

namespace Ms2m.Kubernetes.Tests.Contract;

/// <summary>The simulated cluster must not lie: each rule that it keeps is checked on a real one
/// too, in RealCluster.</summary>
public sealed class ContractTests
{
    private static readonly Dictionary<string, MethodInfo> _rules =
        new[] { typeof(RulesOfTheServer), typeof(RulesOfTheControllers) }
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .ToDictionary(method => method.Name);

    public static TheoryData<string> Rules => [.. _rules.Keys];

    [Theory]
    [MemberData(nameof(Rules))]
    public Task the_simulation_keeps_the_rule(string rule) => CheckAsync(rule, Ground.Simulated());

    internal static Task CheckAsync(string rule, Ground ground) => (Task)_rules[rule].Invoke(null, [ground])!;
}
