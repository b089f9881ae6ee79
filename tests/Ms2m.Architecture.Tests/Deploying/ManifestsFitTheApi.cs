using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Ms2m.Architecture.Tests.Deploying;

/// <summary>Everything in deploy/kubernetes as <c>kubectl</c> would send it, held against the schema of the API.</summary>
public sealed partial class ManifestsFitTheApi
{
    private static readonly Lazy<ApiSchema> _schema = new(() => ApiSchema.Load(KubernetesTools.SchemaFile));

    /// <summary>Kinds that are no built-in types: our own, and the one that declares it.</summary>
    private static readonly HashSet<string> _notBuiltIn = ["CustomResourceDefinition", "StatefulMigration"];

    /// <summary>Kinds that belong to no namespace.</summary>
    private static readonly HashSet<string> _ofTheCluster =
    [
        "Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "ValidatingWebhookConfiguration",
        "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
    ];

    public static TheoryData<string> Overlays => [.. Manifests.Kustomizations.Where(folder => !Manifests.IsComponent(folder))];

    public static TheoryData<string> Components => [.. Manifests.Kustomizations.Where(Manifests.IsComponent)];

    [KubernetesToolsTheory]
    [MemberData(nameof(Overlays))]
    public void an_overlay_is_what_the_api_takes(string folder) => Judge(KubernetesTools.Render(Path.Combine(Repository.Root, folder)));

    /// <summary>Alone, and all of them together.</summary>
    [KubernetesToolsTheory]
    [MemberData(nameof(Components))]
    public void a_component_is_what_the_api_takes(string folder) => Judge(Rendered("base", [folder]));

    [KubernetesToolsFact]
    public void all_components_go_together() => Judge(Rendered("base", [.. Manifests.Kustomizations.Where(Manifests.IsComponent)]));

    /// <summary>What docs/kubernetes.md has a reader write, with all that it adds later.</summary>
    [KubernetesToolsFact]
    public void the_cluster_of_the_documentation_is_what_the_api_takes()
    {
        var written = Written().Matches(Repository.Read("docs/kubernetes.md")).ToDictionary(one => one.Groups["file"].Value, one => one.Groups["text"].Value);
        var first = written["artifacts/cluster/kustomization.yaml"];
        Assert.Contains("components:", first, StringComparison.Ordinal);

        Judge(Rendered(way => first.Replace("../../", way(""), StringComparison.Ordinal)));
        var hooked = Rendered(
            way => first.Replace("components:", "components:\n  - evictions", StringComparison.Ordinal).Replace("../../", way(""), StringComparison.Ordinal),
            ("evictions/kustomization.yaml", way => written["artifacts/cluster/evictions/kustomization.yaml"]
                .Replace("$(base64 -w0 ~/ms2m-secrets/tls/authority/ca.crt)", "bm8=", StringComparison.Ordinal)
                .Replace("../../../", "../" + way(""), StringComparison.Ordinal)));
        Judge(hooked);
        var hook = Manifests.Parse(hooked).Single(one => one.Text("kind") == "ValidatingWebhookConfiguration");
        Assert.Equal("bm8=", hook.Items("webhooks").Single().Text("clientConfig", "caBundle"));
    }

    [KubernetesToolsFact]
    public void what_does_not_fit_is_found()
    {
        var broken = Manifests.Parse("""
            apiVersion: v1
            kind: Pod
            metadata: { name: broken }
            spec:
              hostPID: "yes"
              terminationGracePeriodSeconds: soon
              nodeName: 7
              containers:
                - image: nameless
                  imagePullPolice: Always
                - name: twice
                - name: twice
            """)[0];

        Assert.Equal(
            [
                "Pod broken.spec.hostPID: 'yes' is no boolean",
                "Pod broken.spec.terminationGracePeriodSeconds: 'soon' is no numeric",
                "Pod broken.spec.nodeName: '7' is no string",
                "Pod broken.spec.containers[0]: there is no field imagePullPolice",
                "Pod broken.spec.containers[0]: its key name is missing",
                "Pod broken.spec.containers[2]: its key name is there twice",
            ],
            _schema.Value.Problems(broken));
        Assert.Single(_schema.Value.Problems(Manifests.Parse("{ apiVersion: apps/v1, kind: Pod, metadata: { name: strange } }")[0]));
    }

    private static void Judge(string rendered)
    {
        var objects = Manifests.Parse(rendered);
        Assert.NotEmpty(objects);
        var problems = objects.Where(one => !_notBuiltIn.Contains(one.Text("kind"))).SelectMany(_schema.Value.Problems).ToList();
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        // Without one it would land wherever the reader's kubectl happens to look.
        Assert.All(objects, one => Assert.True(
            _ofTheCluster.Contains(one.Text("kind")) == (one.Text("metadata", "namespace").Length == 0), $"{one.Called()}: in which namespace?"));
        Assert.Equal(objects.Count, objects.Select(one => $"{one.Text("metadata", "namespace")}/{one.Called()}").Distinct().Count());
        foreach (var (one, pod) in objects.Select(one => (one, Manifests.PodOf(one))).Where(one => one.Item2 is not null))
        {
            VolumesAreWhole(one, pod!);
            SelectorsMatch(one);
        }
    }

    private static void VolumesAreWhole(YamlMappingNode one, YamlNode pod)
    {
        var there = pod.Items("volumes").Select(volume => volume.Text("name")).Order(StringComparer.Ordinal);
        var mounted = Manifests.ContainersOf(pod).SelectMany(container => container.Items("volumeMounts"))
            .Select(mount => mount.Text("name")).Distinct().Order(StringComparer.Ordinal);
        Assert.True(there.SequenceEqual(mounted), $"{one.Called()}: volumes {string.Join(", ", there)}; mounted {string.Join(", ", mounted)}");
    }

    private static void SelectorsMatch(YamlMappingNode one)
    {
        if (one.At("spec", "selector", "matchLabels") is YamlMappingNode wanted)
        {
            Assert.All(wanted.Children, label => Assert.Equal(label.Value, one.At("spec", "template", "metadata", "labels", ((YamlScalarNode)label.Key).Value!)));
        }
    }

    private static string Rendered(string on, string[] components) => Rendered(way => $"""
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources: ["{way($"{Manifests.Home}/{on}")}"]
        components: [{string.Join(", ", components.Select(one => $"\"{way(one)}\""))}]
        """);

    /// <param name="kustomization">Given the way from where it lies to a path of the repository.</param>
    private static string Rendered(
        Func<Func<string, string>, string> kustomization, params (string Name, Func<Func<string, string>, string> Text)[] besides)
    {
        var folder = Directory.CreateTempSubdirectory("ms2m-manifests-").FullName;
        try
        {
            foreach (var (name, text) in besides.Append(("kustomization.yaml", kustomization)))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
                File.WriteAllText(Path.Combine(folder, name), text(to => Path.GetRelativePath(folder, Repository.Root) + "/" + to));
            }

            return KubernetesTools.Render(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A file that a document's command writes.</summary>
    [GeneratedRegex(@"^cat >(?<file>\S+) <<'?END'?\n(?<text>.*?)^END$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Written();
}
