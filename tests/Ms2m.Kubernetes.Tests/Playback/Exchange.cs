using System.Text.Json.Nodes;

namespace Ms2m.Kubernetes.Tests.Playback;

/// <summary>A request that is to come, and what is then answered.</summary>
internal sealed record Exchange(HttpMethod Method, string Target)
{
    public string? ContentType { get; init; }

    public JsonNode? Body { get; init; }

    /// <summary>That has to come with it; anything when null.</summary>
    public string? Token { get; init; }

    public required Answer Answer { get; init; }

    public static Exchange Get(string target, Answer answer) => new(HttpMethod.Get, target) { Answer = answer };
}

/// <param name="Pieces">Of the body, each sent at once.</param>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, IReadOnlyList<byte[]> Pieces)
{
    /// <summary>What happens after the last piece.</summary>
    public Ending Ending { get; init; }

    /// <summary>Before which it does not.</summary>
    public Task EndsAfter { get; init; } = Task.CompletedTask;

    public static Answer Json(int status, string json, params (string Name, string Value)[] headers) => new(
        status, headers.Append(("Content-Type", "application/json")).ToDictionary(one => one.Item1, one => one.Item2),
        [System.Text.Encoding.UTF8.GetBytes(json)]);

    /// <summary>A watch with these events.</summary>
    public static Answer Events(params string[] events) =>
        new(200, new Dictionary<string, string>(), [.. events.Select(one => System.Text.Encoding.UTF8.GetBytes(one + "\n"))]);

    /// <summary>A refusal as the server words it.</summary>
    public static Answer Refusal(int status, string reason, params (string Name, string Value)[] headers) => Json(
        status, $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"because","reason":"{{reason}}","code":{{status}}}""", headers);
}

internal enum Ending
{
    Complete,

    /// <summary>The connection breaks: before the answer when it has no pieces.</summary>
    Broken,

    /// <summary>Nothing more comes, and the connection stays.</summary>
    Silent,
}
