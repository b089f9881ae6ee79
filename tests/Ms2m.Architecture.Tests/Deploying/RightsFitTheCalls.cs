using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Ms2m.Architecture.Tests.Deploying;

/// <summary>What the programs ask of the API server, read in their sources, is what their roles allow: no less, or a migration
/// fails in a cluster; and no more.</summary>
public sealed partial class RightsFitTheCalls
{
    private static readonly Dictionary<string, (string Group, string Plural)> _kinds = Kind().Matches(Repository.Read("engine/Ms2m.Kubernetes/Resources/Kinds.cs"))
        .ToDictionary(one => one.Groups["name"].Value, one => (one.Groups["group"].Value, one.Groups["plural"].Value));

    /// <summary>The first word of a method, and the verbs that it takes.</summary>
    private static readonly Dictionary<string, string[]> _verbs = new()
    {
        ["Get"] = ["get"],
        ["List"] = ["list"],
        ["All"] = ["list"],
        ["Watch"] = ["list", "watch"],
        ["Create"] = ["create"],
        ["Replace"] = ["update"],
        ["Patch"] = ["patch"],
        ["Scale"] = ["patch"],
        ["Delete"] = ["delete"],
    };

    [Fact]
    public void the_engine_may_do_what_it_does_and_nothing_else() => Assert.Equal(
        Calls("engine/Ms2m.Engine/", "engine/Ms2m.Kubernetes/Ownership/").Order(StringComparer.Ordinal), Allowed("ms2m-engine").Order(StringComparer.Ordinal));

    [Fact]
    public void a_worker_may_do_what_it_does_and_nothing_else() => Assert.Equal(
        Calls("node-worker/").Append(" nodes/checkpoint create").Order(StringComparer.Ordinal), Allowed("ms2m-worker").Order(StringComparer.Ordinal));

    [Fact]
    public void only_the_worker_asks_for_checkpoints()
    {
        Assert.Contains(Sources("node-worker/"), text => text.Contains("api.CheckpointAsync(", StringComparison.Ordinal));
        Assert.DoesNotContain(Sources("engine/Ms2m.Engine/"), text => text.Contains(".CheckpointAsync(", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Sources(params string[] folders) => Repository.Files.WithExtension(".cs")
        .Where(file => folders.Any(folder => file.StartsWith(folder, StringComparison.Ordinal))).Select(Repository.Read);

    private static HashSet<string> Calls(params string[] folders) =>
        [
            .. from text in Sources(folders)
               from Match call in Call().Matches(text)
               let kind = _kinds[call.Groups["kind"].Value]
               let part = call.Groups["method"].Value == "Scale" ? "/scale"
                   : call.Groups["rest"].Value.Contains("\"status\"", StringComparison.Ordinal) ? "/status" : ""
               from verb in _verbs[call.Groups["method"].Value]
               select $"{kind.Group} {kind.Plural}{part} {verb}",
        ];

    private static HashSet<string> Allowed(string role) =>
        [
            .. from one in Manifests.Objects()
               where one.Text("kind") is "ClusterRole" or "Role" && one.Text("metadata", "name") == role
               from rule in one.Items("rules")
               from YamlScalarNode verb in rule.Items("verbs")
               from YamlScalarNode resource in rule.Items("resources")
               from YamlScalarNode of in rule.Items("apiGroups")
               select $"{of.Value} {resource.Value} {verb.Value}",
        ];

    [GeneratedRegex("> (?<name>\\w+) \\{ get; \\} =\\s+new\\(\"(?<group>[^\"]*)\", \"[^\"]+\", \"\\w+\", \"(?<plural>\\w+)\"")]
    private static partial Regex Kind();

    [GeneratedRegex("\\b(?<method>Get|List|All|Watch|Create|Replace|Patch|Scale|Delete)Async\\(\\s*(Resources\\.)?Kinds\\.(?<kind>\\w+)(?=(?<rest>[^;]*))")]
    private static partial Regex Call();
}
