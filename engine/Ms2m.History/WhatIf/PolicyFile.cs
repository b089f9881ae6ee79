using System.Text.Json;
using System.Text.Json.Serialization;
using Ms2m.Contracts;

namespace Ms2m.History.WhatIf;

/// <summary>A cutover policy as a file has it: camelCase, and only what shall differ.</summary>
public static class PolicyFile
{
    private const string Silence = "onSourceSilent";

    private static readonly JsonSerializerOptions _strict = new(ContractJson.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        AllowDuplicateProperties = false,
    };

    /// <param name="had">Where the file says nothing, the policy stays as it was.</param>
    /// <exception cref="JsonException">It is no policy, or says something that no policy knows.</exception>
    public static CutoverPolicy Read(string json, CutoverPolicy had)
    {
        string[] known = ["maxInterruptionMs", "maxReplayMs", "onOverload", Silence];
        if (JsonElement.Parse(json) is { ValueKind: JsonValueKind.Object } policy
            && policy.EnumerateObject().FirstOrDefault(field => !known.Contains(field.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } strange)
        {
            throw new JsonException($"a policy has no '{strange.Name}', only {string.Join(", ", known)}");
        }

        var partial = JsonSerializer.Deserialize<Partial>(json, _strict) ?? throw new JsonException("The file holds null.");
        if (partial is { MaxInterruptionMs: <= 0 } or { MaxReplayMs: <= 0 })
        {
            throw new JsonException("maxInterruptionMs and maxReplayMs are numbers above 0.");
        }

        return new CutoverPolicy(
            partial.MaxInterruptionMs ?? had.MaxInterruptionMs,
            partial.MaxReplayMs ?? had.MaxReplayMs,
            partial.OnOverload ?? had.OnOverload,
            partial.OnSourceSilent ?? had.OnSourceSilent);
    }

    /// <summary>What the file names and no recording can tell about: a source that was not silent does not say what it would
    /// have been.</summary>
    /// <param name="json">As <see cref="Read"/> took it.</param>
    public static IReadOnlyList<string> NotJudged(string json) => JsonElement.Parse(json).TryGetProperty(Silence, out _) ? [Silence] : [];

    private sealed record Partial(int? MaxInterruptionMs, int? MaxReplayMs, OverloadAction? OnOverload, SilenceAction? OnSourceSilent);
}
