using System.Text.Json.Nodes;

namespace Ms2m.Kubernetes.Api;

/// <summary>A change to an object, in one of the four ways that the server understands.</summary>
public sealed record Patch(string ContentType, JsonNode Body)
{
    /// <summary>Set only for <see cref="Apply"/>: who owns the fields that are set.</summary>
    public string? FieldManager { get; init; }

    /// <summary>Only for <see cref="Apply"/>: take fields over from other managers.</summary>
    public bool Force { get; init; }

    /// <summary>RFC 7386: what is named is set, null removes. Lists are replaced as a whole. With
    /// <c>metadata.resourceVersion</c> or <c>metadata.uid</c> in it, it is refused when the object is another: see
    /// <see cref="ApiProblem.IsConflict"/>.</summary>
    public static Patch Merge(JsonObject change) => new("application/merge-patch+json", change);

    /// <summary>Kubernetes' own, which merges lists by their keys; not for custom resources.</summary>
    public static Patch Strategic(JsonObject change) => new("application/strategic-merge-patch+json", change);

    /// <summary>RFC 6902; a <c>test</c> that fails refuses the whole of it with 422.</summary>
    public static Patch Operations(JsonArray operations) => new("application/json-patch+json", operations);

    /// <summary>Server-side apply.</summary>
    public static Patch Apply(JsonObject wanted, string fieldManager, bool force = false) =>
        new("application/apply-patch+yaml", wanted) { FieldManager = fieldManager, Force = force };
}
