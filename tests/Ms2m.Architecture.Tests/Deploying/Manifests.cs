using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Ms2m.Architecture.Tests.Deploying;

/// <summary>The manifests as they lie in <c>deploy/kubernetes</c>, and how to find one's way in them.</summary>
internal static class Manifests
{
    public const string Home = "deploy/kubernetes";

    public static IReadOnlyList<string> Files { get; } =
        [.. Repository.Files.WithExtension(".yaml", ".yml").Where(file => file.StartsWith(Home + "/", StringComparison.Ordinal))];

    /// <summary>Folders with a kustomization that stands for itself; a component stands on an overlay.</summary>
    public static IReadOnlyList<string> Kustomizations { get; } =
        [.. Files.Where(file => Path.GetFileName(file) == "kustomization.yaml").Select(file => Path.GetDirectoryName(file)!)];

    public static bool IsComponent(string folder) => folder.StartsWith($"{Home}/components/", StringComparison.Ordinal);

    public static IReadOnlyList<YamlMappingNode> Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => document.RootNode).OfType<YamlMappingNode>()];
    }

    public static IEnumerable<YamlMappingNode> Objects() => Files.SelectMany(file => Parse(Repository.Read(file)))
        .Where(one => Text(one, "kind") is not ("Kustomization" or "Component"));

    public static YamlNode? At(this YamlNode? node, params string[] path)
    {
        foreach (var name in path)
        {
            node = node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(name), out var below) ? below : null;
        }

        return node;
    }

    public static string Text(this YamlNode? node, params string[] path) => (node.At(path) as YamlScalarNode)?.Value ?? "";

    public static IEnumerable<YamlNode> Items(this YamlNode? node, params string[] path) =>
        node.At(path) is YamlSequenceNode list ? list.Children : [];

    public static string Called(this YamlNode one) => $"{one.Text("kind")} {one.Text("metadata", "name")}";

    /// <summary>The pod that a workload's object would make; null for other objects.</summary>
    public static YamlNode? PodOf(YamlNode one) => one.Text("kind") switch
    {
        "Pod" => one.At("spec"),
        "Deployment" or "StatefulSet" or "DaemonSet" or "Job" => one.At("spec", "template", "spec"),
        _ => null,
    };

    public static IEnumerable<YamlNode> ContainersOf(YamlNode pod) => pod.Items("initContainers").Concat(pod.Items("containers"));

    public static bool IsQuoted(YamlScalarNode scalar) =>
        scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted or ScalarStyle.Literal or ScalarStyle.Folded;
}
