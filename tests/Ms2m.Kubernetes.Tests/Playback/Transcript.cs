using System.Text;
using System.Text.Json.Nodes;

namespace Ms2m.Kubernetes.Tests.Playback;

/// <summary>One exchange with a real v1.36 server, as it was recorded (without what authenticated it).</summary>
internal sealed class Transcript
{
    private static readonly string _folder = Path.Combine(AppContext.BaseDirectory, "Transcripts");

    private readonly JsonObject _request;
    private readonly JsonObject _response;

    private Transcript(string name, JsonObject all)
    {
        (Name, _request, _response) = (name, all["request"]!.AsObject(), all["response"]!.AsObject());
        var line = _request["line"]!.GetValue<string>().Split(' ');
        (Method, Target) = (new HttpMethod(line[0]), line[1]);
        IsKubelets = all["server"]?.GetValue<string>().EndsWith(":10250", StringComparison.Ordinal) == true;
    }

    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(_folder, "*.json").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!];

    public string Name { get; }

    public HttpMethod Method { get; }

    /// <summary>Path and query.</summary>
    public string Target { get; }

    public string Place => Target.Split('?')[0];

    public IReadOnlyDictionary<string, string> Query => QueryOf(Target);

    /// <summary>Spoken with a kubelet rather than with the API server.</summary>
    public bool IsKubelets { get; }

    public string? ContentType => _request["headers"]?["Content-Type"]?.GetValue<string>();

    /// <summary>A YAML body was sent as JSON, which is YAML.</summary>
    public JsonNode? Body => _request["body"] is JsonValue value && value.TryGetValue<string>(out var text) && ContentType!.Contains("yaml", StringComparison.Ordinal)
        ? JsonNode.Parse(text)
        : _request["body"]?.DeepClone();

    /// <summary>As it was sent.</summary>
    public byte[]? BodyBytes => Body switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => Encoding.UTF8.GetBytes(text),
        var json => Encoding.UTF8.GetBytes(json.ToJsonString()),
    };

    public int Status => _response["status"]!.GetValue<int>();

    public bool IsGranted => Status is >= 200 and < 300;

    public bool IsWatch => Query.ContainsKey("watch");

    /// <summary>JSON, or the plain text of a kubelet.</summary>
    public JsonNode? Answer => _response["body"]?.DeepClone();

    /// <summary>Of a watch: its events, as they came.</summary>
    public IReadOnlyList<JsonNode> Events => [.. (_response["stream"]?.AsArray() ?? []).Select(one => one!["event"]!.DeepClone())];

    public IReadOnlyDictionary<string, string> Headers => _response["headers"]!.AsObject()
        .Where(header => header.Key is not ("Content-Length" or "Transfer-Encoding" or "Date"))
        .ToDictionary(header => header.Key, header => header.Value!.GetValue<string>());

    public static Transcript Load(string name) =>
        new(name, JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, name + ".json")))!.AsObject());

    public static IReadOnlyDictionary<string, string> QueryOf(string target)
    {
        var query = target.Contains('?', StringComparison.Ordinal) ? target.Split('?')[1] : "";
        return query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));
    }

    /// <summary>What the server that plays it back is to expect and to answer.</summary>
    public Exchange Exchange() => new(Method, Target)
    {
        ContentType = ContentType,
        Body = Body,
        Answer = new Answer(Status, Headers, IsWatch && IsGranted
            ? [.. Events.Select(one => Encoding.UTF8.GetBytes(one.ToJsonString() + "\n"))]
            : [Answer is JsonValue text ? Encoding.UTF8.GetBytes(text.GetValue<string>()) : Encoding.UTF8.GetBytes(Answer?.ToJsonString() ?? "")]),
    };
}
