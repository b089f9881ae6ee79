using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Ms2m.Kubernetes.Configuration;

/// <summary>One kubeconfig, or several that are read as one: of entries of one name the first counts.</summary>
internal sealed class Kubeconfig(IReadOnlyList<YamlFields> files, string where)
{
    public static Kubeconfig Load(string paths)
    {
        var files = paths.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(Path.GetFullPath).ToList();
        return new Kubeconfig([.. files.Select(file => Fields(Read(file), Path.GetDirectoryName(file)!, file))], paths);
    }

    public static Kubeconfig Parse(string text, string folder, string where) => new([Fields(text, folder, where)], where);

    public KubernetesConnection Connect()
    {
        var name = files.Select(file => file.Text("current-context")).FirstOrDefault(one => one is not null)
            ?? throw new ConfigurationException($"{where} has no current-context: choose one with kubectl config use-context.");
        var context = Named("contexts", "context", name);
        var cluster = Named("clusters", "cluster", Wanted(context, "cluster", $"The context '{name}'"));
        var user = context.Text("user") is { } who ? Named("users", "user", who) : null;
        return new KubernetesConnection(
            KubeconfigCluster.Server(cluster),
            context.Text("namespace") ?? "default",
            KubeconfigUser.Login(user, cluster),
            KubeconfigCluster.Trust(cluster))
        {
            Proxy = KubeconfigCluster.Proxy(cluster),
        };
    }

    internal static string Wanted(YamlFields fields, string name, string what) =>
        fields.Text(name) ?? throw new ConfigurationException($"{what} has no {name}.");

    private static YamlFields Fields(string text, string folder, string where)
    {
        var documents = new YamlStream();
        try
        {
            documents.Load(new StringReader(text));
        }
        catch (YamlException problem)
        {
            // Its message may quote the line, which may hold a key.
            throw new ConfigurationException($"{where} is no YAML: see line {problem.Start.Line}.");
        }

        return documents.Documents is [{ RootNode: YamlMappingNode root }, ..]
            ? new YamlFields(root, folder)
            : throw new ConfigurationException($"{where} is no kubeconfig.");
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The kubeconfig {file} cannot be read: {problem.Message}");
        }
    }

    private YamlFields Named(string list, string field, string name) =>
        files.SelectMany(file => file.Items(list)).FirstOrDefault(item => item.Text("name") == name)?.Inner(field)
        ?? throw new ConfigurationException($"{where} has no {field} '{name}'.");
}
