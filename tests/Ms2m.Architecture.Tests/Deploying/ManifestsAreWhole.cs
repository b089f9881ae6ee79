using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Ms2m.Architecture.Tests.Deploying;

/// <summary>What can be seen of deploy/kubernetes without any tool: that it hangs together.</summary>
public sealed partial class ManifestsAreWhole
{
    /// <summary>What kustomize still reads and will not for ever.</summary>
    private static readonly string[] _deprecated =
        ["bases", "commonLabels", "patchesStrategicMerge", "patchesJson6902", "vars", "imageTags", "helmChartInflationGenerator"];

    /// <summary>Labels of namespaces, which the API server reads and no program of ours.</summary>
    private static readonly string[] _ofNamespaces = ["migration.ms2m.io/evictions", "migration.ms2m.io/workloads"];

    private static readonly string[] _endings = ["_FILE", "_USER", "_PASSWORD_FILE", "_CA"];

    public static TheoryData<string> Files => [.. Manifests.Files];

    public static TheoryData<string> Kustomizations => [.. Manifests.Kustomizations];

    [Theory]
    [MemberData(nameof(Files))]
    public void every_document_says_what_it_is(string file)
    {
        var documents = Manifests.Parse(Repository.Read(file));
        Assert.NotEmpty(documents);
        Assert.All(documents, one => Assert.True(
            one.Text("apiVersion").Length > 0 && one.Text("kind").Length > 0, $"{file}: a document has no apiVersion or kind"));
    }

    [Theory]
    [MemberData(nameof(Kustomizations))]
    public void a_kustomization_names_what_is_there_in_words_that_will_last(string folder)
    {
        var read = Manifests.Parse(Repository.Read($"{folder}/kustomization.yaml"))[0];
        foreach (var named in Named(read))
        {
            Assert.True(Repository.Exists($"{folder}/{named}"), $"{folder} names {named}, which is not there.");
        }

        Assert.DoesNotContain(_deprecated, word => read.At(word) is not null);
        Assert.Equal(Manifests.IsComponent(folder) ? "Component" : "Kustomization", read.Text("kind"));
    }

    [Fact]
    public void every_manifest_belongs_to_a_kustomization()
    {
        var named = Manifests.Kustomizations
            .SelectMany(folder => Named(Manifests.Parse(Repository.Read($"{folder}/kustomization.yaml"))[0]).Select(name => $"{folder}/{name}"))
            .ToHashSet();
        Assert.DoesNotContain(Manifests.Files, file =>
            Path.GetFileName(file) != "kustomization.yaml" && !file.StartsWith($"{Manifests.Home}/examples/", StringComparison.Ordinal)
            && !named.Contains(file));
    }

    [Fact]
    public void every_service_account_that_is_named_is_there()
    {
        var there = Of("ServiceAccount").Select(one => one.Text("metadata", "name")).ToHashSet();
        var named = Manifests.Objects().Select(Manifests.PodOf).Select(pod => pod.Text("serviceAccountName"))
            .Concat(Of("ClusterRoleBinding", "RoleBinding").SelectMany(one => one.Items("subjects")).Select(one => one.Text("name")))
            .Where(name => name.Length > 0).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name, there));
    }

    [Fact]
    public void every_role_that_is_bound_is_there()
    {
        var there = Of("ClusterRole", "Role").Select(one => one.Called()).ToHashSet();
        var bound = Of("ClusterRoleBinding", "RoleBinding").Select(one => $"{one.Text("roleRef", "kind")} {one.Text("roleRef", "name")}").ToList();
        Assert.NotEmpty(bound);
        Assert.All(bound, role => Assert.Contains(role, there));
    }

    [Fact]
    public void every_config_map_that_is_named_is_there_with_its_keys()
    {
        var there = Of("ConfigMap").ToDictionary(one => one.Text("metadata", "name"));
        foreach (var pod in Manifests.Objects().Select(Manifests.PodOf).OfType<YamlNode>())
        {
            foreach (var name in pod.Items("volumes").Select(volume => volume.Text("configMap", "name")).Where(name => name.Length > 0))
            {
                Assert.True(there.ContainsKey(name), $"There is no ConfigMap {name}.");
                var keys = ((YamlMappingNode)there[name].At("data")!).Children.Keys.Select(key => ((YamlScalarNode)key).Value).ToHashSet();
                Assert.All(
                    Manifests.ContainersOf(pod).SelectMany(one => one.Items("volumeMounts")).Select(one => one.Text("subPath"))
                        .Where(path => path.Length > 0),
                    path => Assert.Contains(path, keys));
            }
        }
    }

    [Fact]
    public void every_image_of_ours_can_be_built()
    {
        var images = Manifests.Objects().Select(Manifests.PodOf).OfType<YamlNode>().SelectMany(Manifests.ContainersOf)
            .Select(container => container.Text("image")).Where(image => image.StartsWith("localhost/ms2m/", StringComparison.Ordinal)).Distinct().ToList();
        Assert.Equal(3, images.Count);
        Assert.All(images, image => Assert.True(
            Repository.Exists($"deploy/images/{image["localhost/ms2m/".Length..].Split(':')[0]}.Dockerfile"), $"{image} has no file in deploy/images."));
    }

    [Fact]
    public void names_can_be_names()
    {
        foreach (var one in Manifests.Objects())
        {
            var pod = Manifests.PodOf(one);
            var names = (pod is null ? [] : Manifests.ContainersOf(pod).Concat(pod.Items("volumes")).Select(each => each.Text("name")))
                .Concat(one.Text("kind") == "CustomResourceDefinition" ? [] : [one.Text("metadata", "name")]);
            Assert.All(names, name => Assert.Matches(Label(), name));
        }
    }

    [Fact]
    public void every_right_is_given_by_name_and_with_a_reason()
    {
        var rules = 0;
        foreach (var file in Manifests.Files)
        {
            foreach (var rule in Manifests.Parse(Repository.Read(file)).Where(one => one.Text("kind") is "ClusterRole" or "Role").SelectMany(one => one.Items("rules")))
            {
                rules++;
                Assert.DoesNotContain(rule.Items("verbs").Concat(rule.Items("resources")).Concat(rule.Items("apiGroups")), one => one.ToString().Contains('*', StringComparison.Ordinal));
                Assert.DoesNotContain(rule.Items("resources"), one => one.ToString() is "secrets" or "pods/exec");
            }

            // A comment is nothing to a parser: the lines themselves are read.
            var verbs = false;
            foreach (var line in Repository.Read(file).Split('\n'))
            {
                verbs = line.Trim() == "verbs:" || (verbs && line.TrimStart().StartsWith("- ", StringComparison.Ordinal) && !line.Contains("apiGroups", StringComparison.Ordinal));
                Assert.False(line.Trim().StartsWith("verbs: [", StringComparison.Ordinal), $"{file}: one verb a line, each with its reason");
                Assert.True(!verbs || line.Trim() == "verbs:" || line.Contains(" # ", StringComparison.Ordinal), $"{file}: no reason for {line.Trim()}");
            }
        }

        Assert.True(rules > 10, "The roles were not found.");
    }

    [Fact]
    public void labels_and_annotations_of_ours_are_those_that_the_programs_know()
    {
        var known = Marking().Matches(Repository.Read("engine/Ms2m.Kubernetes/Resources/Markings.cs")).Select(one => one.Groups["name"].Value).ToHashSet();
        Assert.NotEmpty(known);
        var used = Manifests.Objects()
            .SelectMany(one => new[] { one.At("metadata"), one.At("spec", "template", "metadata") })
            .SelectMany(meta => new[] { meta.At("labels"), meta.At("annotations") }).OfType<YamlMappingNode>()
            .SelectMany(map => map.Children.Keys).Select(key => ((YamlScalarNode)key).Value!)
            .Where(key => key.StartsWith("migration.ms2m.io/", StringComparison.Ordinal) && !_ofNamespaces.Contains(key))
            .Select(key => key.Split('/')[1]).Distinct().ToList();
        Assert.Contains("workload", used);
        Assert.All(used, key => Assert.Contains(key, known));
    }

    [Fact]
    public void every_setting_is_one_that_a_program_reads()
    {
        var sources = string.Concat(Repository.Files.WithExtension(".cs")
            .Where(file => file.StartsWith("engine/", StringComparison.Ordinal) || file.StartsWith("node-worker/", StringComparison.Ordinal)
                || file.StartsWith("eval/workloads/orders/", StringComparison.Ordinal))
            .Select(Repository.Read));
        var set = Manifests.Objects().Select(Manifests.PodOf).OfType<YamlNode>().SelectMany(Manifests.ContainersOf)
            .SelectMany(container => container.Items("env")).Select(one => one.Text("name"))
            .Where(name => name.StartsWith("MS2M_", StringComparison.Ordinal)).Distinct().ToList();
        Assert.True(set.Count > 20, "The settings were not found.");
        // A registry's user is read under the registry's name and an ending; so is a secret's file.
        Assert.All(set, name => Assert.True(
            _endings.Select(ending => name.EndsWith(ending, StringComparison.Ordinal) ? name[..^ending.Length] : name).Append(name)
                .Any(known => sources.Contains($"\"{known}\"", StringComparison.Ordinal)),
            $"No program reads {name}."));
    }

    [Fact]
    public void objects_of_ours_are_declared_as_the_programs_know_them()
    {
        var crd = Manifests.Objects().Single(one => one.Text("kind") == "CustomResourceDefinition");
        var version = crd.Items("spec", "versions").Single();
        var names = new[] { crd.Text("spec", "group"), version.Text("name"), crd.Text("spec", "names", "kind"), crd.Text("spec", "names", "plural") };

        Assert.Contains(
            $"new({string.Join(", ", names.Select(name => $"\"{name}\""))}, true,", Repository.Read("engine/Ms2m.Kubernetes/Resources/Kinds.cs"), StringComparison.Ordinal);
        Assert.Equal($"{names[3]}.{names[0]}", crd.Text("metadata", "name"));
        Assert.NotNull(version.At("subresources", "status"));
        Assert.All(
            Manifests.Objects().Where(one => one.Text("kind") == names[2]),
            one => Assert.Equal($"{names[0]}/{names[1]}", one.Text("apiVersion")));
    }

    private static IEnumerable<YamlMappingNode> Of(params string[] kinds) => Manifests.Objects().Where(one => kinds.Contains(one.Text("kind")));

    private static IEnumerable<string> Named(YamlNode kustomization) =>
        kustomization.Items("resources").Concat(kustomization.Items("components")).Select(one => one.ToString())
            .Concat(kustomization.Items("patches").Select(patch => patch.Text("path")).Where(path => path.Length > 0));

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
    private static partial Regex Label();

    [GeneratedRegex("Prefix \\+ \"(?<name>[a-z-]+)\"")]
    private static partial Regex Marking();
}
