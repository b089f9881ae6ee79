using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Ms2m.Architecture.Tests;

/// <summary>compose.yaml cannot be run where these tests run; that it is well-formed and complete can be seen.</summary>
public sealed class ComposeIsWhole
{
    private static readonly Dictionary<string, object> _file = Parse();

    private static Dictionary<object, object> Services => (Dictionary<object, object>)_file["services"];

    [Fact]
    public void it_has_a_broker_a_store_an_engine_and_two_nodes() =>
        Assert.Equal(["broker", "engine", "node-a", "node-b", "store"], Services.Keys.Cast<string>().Order(StringComparer.Ordinal));

    [Fact]
    public void every_image_that_is_built_has_its_file()
    {
        var files = Services.Values.Cast<Dictionary<object, object>>()
            .Where(service => service.ContainsKey("build"))
            .Select(service => (Dictionary<object, object>)service["build"])
            .Select(build => (string)build["dockerfile"])
            .ToArray();

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.True(Repository.Exists(file), $"{file} does not exist."));
    }

    [Fact]
    public void the_engine_is_told_everything_it_asks_for()
    {
        var environment = (Dictionary<object, object>)((Dictionary<object, object>)Services["engine"])["environment"];

        Assert.Superset(
            new HashSet<string> { "MS2M_BROKER_URI", "MS2M_BROKER_MANAGEMENT_URI", "MS2M_STORE", "MS2M_TRANSFER_SECRET", "MS2M_CLUSTER_KEY", "MS2M_API_TOKEN" },
            environment.Keys.Cast<string>().ToHashSet());
    }

    private static Dictionary<string, object> Parse()
    {
        using var text = new StringReader(Repository.Read("compose.yaml"));
        return new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(
            new MergingParser(new Parser(text)));
    }
}
