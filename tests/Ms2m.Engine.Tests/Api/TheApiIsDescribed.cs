using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Engine.Tests.Whole;

namespace Ms2m.Engine.Tests.Api;

/// <summary>The OpenAPI document against the routes that there are, and against the list of what was agreed.</summary>
public sealed class TheApiIsDescribed(EngineFixture fixture) : IClassFixture<EngineFixture>, IAsyncLifetime
{
    /// <summary>Set to anything to accept the operations as they are now.</summary>
    private const string Accept = "MS2M_ACCEPT_API";

    private static readonly string[] _methods = ["get", "post", "put", "delete", "patch"];
    private RunningEngine _engine = null!;
    private JsonElement _document;

    public async Task InitializeAsync()
    {
        _engine = await fixture.StartEngineAsync();
        using var http = new HttpClient();
        _document = JsonDocument.Parse(await http.GetStringAsync(new Uri(_engine.Url, "openapi/v1.json"))).RootElement;
    }

    public async Task DisposeAsync() => await _engine.DisposeAsync();

    [Fact]
    public void every_operation_keeps_its_path_parameters_and_answers()
    {
        var now = Operations().Select(one =>
            $"{one.Method.ToUpperInvariant()} {one.Path} ({string.Join(", ", Parameters(one.Operation))}) -> {string.Join(", ", Answers(one.Operation))}")
            .Order(StringComparer.Ordinal).ToList();
        var list = Path.Combine(GoldenFolder(), "openapi.txt");
        if (Environment.GetEnvironmentVariable(Accept) is not null)
        {
            File.WriteAllLines(list, now);
        }

        Assert.Equal(File.ReadAllLines(list), now);
    }

    [Fact]
    public void every_route_is_described()
    {
        var routes = _engine.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText?.StartsWith("/openapi", StringComparison.Ordinal) == false)
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Select(
                method => $"{method.ToLowerInvariant()} {Plain(route.RoutePattern.RawText!)}") ?? [])
            .Order(StringComparer.Ordinal);

        Assert.Equal(routes, Operations().Select(one => $"{one.Method} {one.Path}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void every_operation_says_what_it_does_what_its_parameters_mean_and_how_it_fails()
    {
        foreach (var (path, method, operation) in Operations())
        {
            var name = $"{method} {path}";
            Assert.True(operation.TryGetProperty("summary", out var summary) && summary.GetString() is { Length: > 0 }, name);
            if (operation.TryGetProperty("parameters", out var parameters))
            {
                Assert.All(parameters.EnumerateArray(), one => Assert.True(one.TryGetProperty("description", out _), $"{name}: {one}"));
            }

            foreach (var answer in operation.GetProperty("responses").EnumerateObject())
            {
                if (answer.Name == "204")
                {
                    continue;
                }

                var schema = answer.Value.GetProperty("content").EnumerateObject().First().Value.GetProperty("schema");
                var isFailure = schema.TryGetProperty("$ref", out var reference)
                    && reference.GetString() == "#/components/schemas/Failure";
                var mayFail = answer.Name[0] is '4' or '5' && !path.StartsWith("/health", StringComparison.Ordinal);
                Assert.True(isFailure == mayFail, $"{name} {answer.Name}: {schema}");
            }
        }
    }

    [Theory]
    [InlineData("GET", "migrations?limit=many", 400)]
    [InlineData("GET", "events?after=yesterday", 400)]
    [InlineData("POST", "workloads", 415)]
    public async Task what_the_framework_refuses_has_a_reason_too(string method, string path, int status)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_engine.Url, path));
        request.Content = method == "POST" ? new StringContent("{}", System.Text.Encoding.UTF8, "text/plain") : null;
        using var answer = await http.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("MS2M-0101", JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public void what_is_referred_to_is_there()
    {
        var text = _document.GetRawText();
        var schemas = _document.GetProperty("components").GetProperty("schemas");
        foreach (var reference in text.Split("\"#/components/schemas/").Skip(1).Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]))
        {
            Assert.True(schemas.TryGetProperty(reference, out _), reference);
        }

        Assert.Equal("3.1.1", _document.GetProperty("openapi").GetString());
    }

    private IEnumerable<(string Path, string Method, JsonElement Operation)> Operations() =>
        from path in _document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where _methods.Contains(operation.Name)
        select (path.Name, operation.Name, operation.Value);

    private static IEnumerable<string> Parameters(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray().Select(one => $"{one.GetProperty("in").GetString()} {one.GetProperty("name").GetString()}")
            : [];

    private static IEnumerable<string> Answers(JsonElement operation) =>
        operation.GetProperty("responses").EnumerateObject().Select(one => one.Name).Order(StringComparer.Ordinal);

    private static string Plain(string pattern) =>
        pattern.Replace(":guid", "", StringComparison.Ordinal) is var plain && plain.Length > 1 ? plain.TrimEnd('/') : pattern;

    private static string GoldenFolder([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Golden");
}
