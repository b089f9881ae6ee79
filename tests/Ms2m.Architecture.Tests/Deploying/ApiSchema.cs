using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Ms2m.Architecture.Tests.Deploying;

/// <summary>The schema of the built-in types that client-go carries for server-side apply: which fields a type has, and of what
/// sort each is. It knows the keys of lists; of other missing fields only those are known that it names without a default.</summary>
internal sealed class ApiSchema
{
    private readonly Dictionary<string, YamlNode> _types;

    private ApiSchema(Dictionary<string, YamlNode> types) => _types = types;

    public static ApiSchema Load(string goFile)
    {
        var source = File.ReadAllText(goFile);
        const string begin = "typed.YAMLObject(`";
        var from = source.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var yaml = source[from..source.IndexOf('`', from)];
        return new ApiSchema(Manifests.Parse(yaml)[0].Items("types").ToDictionary(type => type.Text("name")));
    }

    public int Count => _types.Count;

    /// <summary>Null for a kind that is not built in.</summary>
    public string? TypeOf(string apiVersion, string kind)
    {
        var (group, version) = apiVersion.Split('/') is [var named, var of] ? (named, of) : ("core", apiVersion);
        // rbac.authorization.k8s.io is io.k8s.api.rbac.
        var type = $"io.k8s.api.{group.Split('.')[0]}.{version}.{kind}";
        return _types.ContainsKey(type) ? type : null;
    }

    public IReadOnlyList<string> Problems(YamlNode document)
    {
        var problems = new List<string>();
        var (apiVersion, kind) = (document.Text("apiVersion"), document.Text("kind"));
        if (TypeOf(apiVersion, kind) is { } type)
        {
            Named(document, type, document.Called(), problems);
        }
        else
        {
            problems.Add($"{document.Called()}: there is no {kind} in {apiVersion}");
        }

        return problems;
    }

    private void Named(YamlNode node, string type, string where, List<string> problems)
    {
        if (!_types.TryGetValue(type, out var schema))
        {
            problems.Add($"{where}: the schema does not know {type}");
            return;
        }

        Check(node, schema, where, problems);
    }

    private void Check(YamlNode node, YamlNode schema, string where, List<string> problems)
    {
        if (schema.Text("namedType") is { Length: > 0 } named)
        {
            Named(node, named, where, problems);
        }
        // Where several are allowed (a number or its text), the scalar decides.
        else if (schema.At("scalar") is not null && node is YamlScalarNode scalar)
        {
            Scalar(scalar, schema.Text("scalar"), where, problems);
        }
        else if (schema.At("map") is { } map && node is YamlMappingNode content)
        {
            Map(content, map, where, problems);
        }
        else if (schema.At("list") is { } list && node is YamlSequenceNode items)
        {
            List(items, list, where, problems);
        }
        else if (node is YamlScalarNode { Value: "" or "~" or "null" } empty && !Manifests.IsQuoted(empty))
        {
            problems.Add($"{where}: nothing stands there");
        }
        else
        {
            problems.Add($"{where}: a {node.NodeType} is not what belongs there");
        }
    }

    private void Map(YamlMappingNode content, YamlNode map, string where, List<string> problems)
    {
        var fields = map.Items("fields").ToDictionary(field => field.Text("name"), field => field.At("type")!);
        var others = map.At("elementType");
        foreach (var (key, value) in content.Children)
        {
            var name = ((YamlScalarNode)key).Value ?? "";
            if (fields.TryGetValue(name, out var type))
            {
                Check(value, type, $"{where}.{name}", problems);
            }
            else if (others is not null)
            {
                Check(value, others, $"{where}.{name}", problems);
            }
            else
            {
                problems.Add($"{where}: there is no field {name}");
            }
        }
    }

    private void List(YamlSequenceNode items, YamlNode list, string where, List<string> problems)
    {
        var keys = list.Items("keys").Select(key => ((YamlScalarNode)key).Value!).ToList();
        var seen = new HashSet<string>();
        foreach (var (item, index) in items.Children.Select((item, index) => (item, index)))
        {
            var at = $"{where}[{index}]";
            Check(item, list.At("elementType")!, at, problems);
            if (keys.Count == 0)
            {
                continue;
            }

            // A key may have a default, as a port's protocol; not all of them.
            var values = keys.Select(key => item.Text(key)).ToList();
            if (values.All(value => value.Length == 0))
            {
                problems.Add($"{at}: its key {string.Join(", ", keys)} is missing");
            }
            else if (!seen.Add(string.Join('\n', values)))
            {
                problems.Add($"{at}: its key {string.Join(", ", keys)} is there twice");
            }
        }
    }

    private static void Scalar(YamlScalarNode scalar, string sort, string where, List<string> problems)
    {
        var (text, quoted) = (scalar.Value ?? "", Manifests.IsQuoted(scalar));
        var number = !quoted && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        // The server's parser takes these words for booleans, too.
        var boolean = !quoted && text.ToUpperInvariant() is "TRUE" or "FALSE" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N";
        var nothing = !quoted && text is "" or "null" or "~";
        var good = sort switch
        {
            "string" => !number && !boolean && !nothing,
            "numeric" => number,
            "boolean" => !quoted && text is "true" or "false",
            _ => !nothing,
        };
        if (!good)
        {
            problems.Add($"{where}: '{text}' is no {sort}");
        }
    }
}
