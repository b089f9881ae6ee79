using YamlDotNet.RepresentationModel;

namespace Ms2m.Kubernetes.Configuration;

/// <summary>A mapping of a kubeconfig, and the folder that paths in it are relative to.</summary>
internal sealed class YamlFields(YamlMappingNode mapping, string folder)
{
    public string? Text(string name) =>
        mapping.Children.TryGetValue(new YamlScalarNode(name), out var node) && node is YamlScalarNode { Value: { Length: > 0 } value }
            && value is not ("null" or "~")
            ? value
            : null;

    public bool Flag(string name) => Text(name) == "true";

    /// <summary>A file's path, as it is from here.</summary>
    public string? File(string name) => Text(name) is { } path ? Path.Combine(folder, path) : null;

    /// <summary>What stands in the file itself (<c>…-data</c>, in Base64), or else in the file that it names.</summary>
    public string? DataOrFile(string name)
    {
        if (Text($"{name}-data") is { } data)
        {
            try
            {
                return System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(data));
            }
            catch (FormatException)
            {
                throw new ConfigurationException($"{name}-data is no Base64.");
            }
        }

        return File(name) is { } file ? Read(file, name) : null;
    }

    public YamlFields? Inner(string name) =>
        mapping.Children.TryGetValue(new YamlScalarNode(name), out var node) && node is YamlMappingNode inner ? new YamlFields(inner, folder) : null;

    public IEnumerable<YamlFields> Items(string name) =>
        Sequence(name).OfType<YamlMappingNode>().Select(item => new YamlFields(item, folder));

    public IReadOnlyList<string> Words(string name) =>
        [.. Sequence(name).OfType<YamlScalarNode>().Select(item => item.Value ?? "")];

    public string InFolder(string path) => Path.Combine(folder, path);

    private YamlSequenceNode Sequence(string name) =>
        mapping.Children.TryGetValue(new YamlScalarNode(name), out var node) && node is YamlSequenceNode items ? items : [];

    private static string Read(string file, string name)
    {
        try
        {
            return System.IO.File.ReadAllText(file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{name} names {file}, which cannot be read: {problem.Message}");
        }
    }
}
