using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation;

namespace Ms2m.Engine.Tests.Kubernetes;

/// <summary>deploy/kubernetes/base/crd.yaml: what the server lets in is what the engine reads.</summary>
public sealed partial class TheCrd
{
    private static readonly JsonObject _crd = Yaml.Read(Text("deploy/kubernetes/base/crd.yaml")).Single();

    private static readonly JsonObject _version = _crd["spec"]!["versions"]!.AsArray().Single()!.AsObject();

    private static readonly JsonObject _schema = _version["schema"]!["openAPIV3Schema"]!.AsObject();

    /// <summary>What a structural schema may say, as far as it is used here: anything else would be refused by the server, or
    /// silently dropped.</summary>
    private static readonly HashSet<string> _keywords =
    [
        "type", "description", "required", "properties", "additionalProperties", "items", "enum", "format", "pattern", "minLength", "maxLength",
        "minimum", "maximum", "maxItems", "x-kubernetes-validations", "x-kubernetes-list-type", "x-kubernetes-list-map-keys",
    ];

    private static readonly string[] _containing = ["items", "additionalProperties"];

    [Fact]
    public void it_is_the_kind_that_the_engine_asks_for()
    {
        var kind = Kinds.Migrations;
        Assert.Equal($"{kind.Plural}.{kind.Group}", (string?)_crd["metadata"]!["name"]);
        Assert.Equal(
            (kind.Group, kind.Plural, kind.Name, "Namespaced"),
            ((string?)_crd["spec"]!["group"], (string?)_crd["spec"]!["names"]!["plural"], (string?)_crd["spec"]!["names"]!["kind"], (string?)_crd["spec"]!["scope"]));
        Assert.Equal((kind.Version, true, true), ((string?)_version["name"], (bool)_version["served"]!, (bool)_version["storage"]!));
        Assert.Equal("smig", (string?)_crd["spec"]!["names"]!["shortNames"]!.AsArray().Single());
        // Without it anybody who may change the spec could write a status.
        Assert.NotNull(_version["subresources"]!["status"]);
    }

    [Fact]
    public void its_fields_are_those_of_the_records()
    {
        var drift = new List<string>();
        Compare("spec", _schema["properties"]!["spec"]!.AsObject(), KubernetesJson.Default.StatefulMigrationSpec, drift);
        Compare("status", _schema["properties"]!["status"]!.AsObject(), KubernetesJson.Default.StatefulMigrationStatus, drift);

        Assert.Empty(drift);
    }

    [Fact]
    public void it_is_a_structural_schema()
    {
        var wrong = new List<string>();
        foreach (var (path, schema) in All("", _schema))
        {
            wrong.AddRange(schema.Where(word => !_keywords.Contains(word.Key)).Select(word => $"{path}: {word.Key}"));
            if ((string?)schema["type"] is not ("object" or "array" or "string" or "integer" or "boolean"))
            {
                wrong.Add($"{path}: no type");
            }

            if (schema["properties"] is not null && schema["additionalProperties"] is not null)
            {
                wrong.Add($"{path}: properties and additionalProperties");
            }

            if ((string?)schema["type"] == "array" && schema["items"] is null)
            {
                wrong.Add($"{path}: no items");
            }

            wrong.AddRange((schema["required"]?.AsArray() ?? []).Where(name => schema["properties"]?[(string)name!] is null).Select(name => $"{path}: requires {name}"));
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void every_text_that_users_write_has_a_length_so_that_its_rules_are_affordable() => Assert.Empty(
        All("spec", _schema["properties"]!["spec"]!.AsObject())
            .Where(one => (string?)one.Schema["type"] == "string" && one.Schema["maxLength"] is null && one.Schema["enum"] is null)
            .Select(one => one.Path));

    [Fact]
    public void its_columns_show_fields_that_there_are()
    {
        var columns = _version["additionalPrinterColumns"]!.AsArray().Select(one => (Name: (string)one!["name"]!, Path: (string)one["jsonPath"]!)).ToList();

        Assert.Equal(["Phase", "Pod", "Target", "Strategy", "Reason", "Deployment", "Message", "Age"], columns.Select(one => one.Name));
        Assert.All(columns.Where(one => !one.Path.StartsWith(".metadata", StringComparison.Ordinal)), column =>
        {
            JsonNode? at = _schema;
            foreach (var step in Filter().Replace(column.Path, "[]").TrimStart('.').Split('.'))
            {
                var name = step.Split('[')[0];
                at = at!["properties"]?[name];
                Assert.True(at is not null, $"{column.Path}: there is no {name}");
                at = step.Contains('[', StringComparison.Ordinal) ? at["items"] : at;
            }
        });
    }

    [Theory]
    [InlineData("deploy/kubernetes/examples/migration.yaml")]
    [InlineData("deploy/kubernetes/examples/migration-in-full.yaml")]
    public void the_examples_are_let_in(string file) => Assert.Empty(SchemaCheck.Problems(_schema, Yaml.Read(Text(file)).Single()));

    [Theory]
    [InlineData("""{"spec":{"targetNode":"b"}}""", "spec.sourcePod: required")]
    [InlineData("""{"spec":{"sourcePod":"","targetNode":"b"}}""", "spec.sourcePod: minLength")]
    [InlineData("""{"spec":{"sourcePod":"Not_A_Name","targetNode":"b"}}""", "spec.sourcePod: pattern")]
    [InlineData("""{"spec":{"sourcePod":"a","targetNode":"node.with.dots"}}""", "spec.targetNode: pattern")]
    [InlineData("""{"spec":{"sourcePod":"a","targetNode":"b","migrationStrategy":"live"}}""", "spec.migrationStrategy: enum")]
    [InlineData("""{"spec":{"sourcePod":"a","targetNode":"b","transferMode":"Pigeon"}}""", "spec.transferMode: enum")]
    [InlineData("""{"spec":{"sourcePod":"a","targetNode":"b","replayCutoffSeconds":0}}""", "spec.replayCutoffSeconds: minimum")]
    [InlineData("""{"spec":{"sourcePod":"a","targetNode":"b","replayCutoffSeconds":"60"}}""", "spec.replayCutoffSeconds: type")]
    [InlineData("""{"spec":{"sourcePod":"a","targetNode":"b","messageQueueConfig":{"brokerUrl":"amqp://guest:guest@rabbitmq:5672/"}}}""", "spec.messageQueueConfig.brokerUrl: pattern")]
    [InlineData("""{"spec":{"sourcePod":"a","targetNode":"b","messageQueueConfig":{"brokerUrlSecretRef":{"name":"a"}}}}""", "spec.messageQueueConfig.brokerUrlSecretRef.key: required")]
    [InlineData("""{"spec":{"sourcePod":"a","targetNode":"b","whatever":1}}""", "spec.whatever: unknown")]
    public void what_is_wrong_is_kept_out(string json, string problem) =>
        Assert.Equal([problem], SchemaCheck.Problems(_schema, JsonNode.Parse(json)!));

    [Fact]
    public void the_spec_cannot_be_changed() =>
        Assert.Contains(_schema["properties"]!["spec"]!["x-kubernetes-validations"]!.AsArray(), one => (string?)one!["rule"] == "self == oldSelf");

    [Theory]
    [InlineData("migrationStrategy")]
    [InlineData("transferMode")]
    public void every_word_that_is_let_in_is_understood(string field)
    {
        foreach (var word in _schema["properties"]!["spec"]!["properties"]![field]!["enum"]!.AsArray())
        {
            var spec = JsonSerializer.Deserialize(
                $$"""{"sourcePod":"orders-0","targetNode":"node2","{{field}}":"{{word}}"}""", KubernetesJson.Default.StatefulMigrationSpec);
            var around = new Ms2m.Kubernetes.Operator.Surroundings(
                Asked.Pod(), true, [Asked.Instance("orders-0")], new Uri("amqp://x"), false);
            Assert.True(Ms2m.Kubernetes.Operator.MigrationOrder.Of(Asked.For(spec), around).Start is not null, $"{word}");
        }
    }

    /// <param name="file">From the repository's root.</param>
    private static string Text(string file) => File.ReadAllText(Path.Combine(
        typeof(TheCrd).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "RepositoryRoot").Value!, file));

    private static IEnumerable<(string Path, JsonObject Schema)> All(string path, JsonObject schema)
    {
        yield return (path, schema);
        var inside = (schema["properties"]?.AsObject() ?? []).Select(one => ($"{path}.{one.Key}", one.Value!.AsObject()))
            .Concat(_containing.Where(word => schema[word] is not null).Select(word => ($"{path}[]", schema[word]!.AsObject())));
        foreach (var one in inside.SelectMany(one => All(one.Item1, one.Item2)))
        {
            yield return one;
        }
    }

    private static void Compare(string path, JsonObject schema, JsonTypeInfo type, List<string> drift)
    {
        var record = type.Properties.Where(one => !one.IsExtensionData).ToDictionary(one => one.Name, StringComparer.Ordinal);
        var fields = schema["properties"]!.AsObject();
        drift.AddRange(record.Keys.Except(fields.Select(one => one.Key)).Select(name => $"{path}.{name} is in the record only"));
        foreach (var (name, field) in fields)
        {
            if (!record.TryGetValue(name, out var property))
            {
                drift.Add($"{path}.{name} is in the schema only");
                continue;
            }

            var bare = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            var inner = type.Options.GetTypeInfo(bare);
            var (word, format) = ((string?)field!["type"], (string?)field["format"]);
            var fits = (inner.Kind, word) switch
            {
                (JsonTypeInfoKind.Object, "object") or (JsonTypeInfoKind.Dictionary, "object") or (JsonTypeInfoKind.Enumerable, "array") => true,
                (JsonTypeInfoKind.None, "boolean") => bare == typeof(bool),
                (JsonTypeInfoKind.None, "integer") => bare == (format == "int64" ? typeof(long) : typeof(int)),
                (JsonTypeInfoKind.None, "string") => bare == (format == "date-time" ? typeof(DateTimeOffset) : typeof(string)),
                _ => false,
            };
            if (!fits)
            {
                drift.Add($"{path}.{name} is a {bare.Name} in the record and {word} {format} in the schema");
            }

            if (inner.Kind == JsonTypeInfoKind.Object)
            {
                Compare($"{path}.{name}", field.AsObject(), inner, drift);
            }
            else if (inner.Kind == JsonTypeInfoKind.Enumerable)
            {
                Compare($"{path}.{name}[]", field["items"]!.AsObject(), type.Options.GetTypeInfo(inner.ElementType!), drift);
            }
        }
    }

    // What stands in brackets chooses among conditions.
    [GeneratedRegex(@"\[.*?\]")]
    private static partial Regex Filter();
}
