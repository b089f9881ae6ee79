using System.Text.Json;

namespace Ms2m.Engine.Kubernetes.Evicting;

/// <summary>What the API server asks, and what it is answered: admission.k8s.io/v1.</summary>
internal sealed record AdmissionReview(string? ApiVersion, string? Kind, AdmissionRequest? Request, AdmissionResponse? Response = null)
{
    public const string Version = "admission.k8s.io/v1";

    public static AdmissionReview Answer(AdmissionResponse response) => new(Version, nameof(AdmissionReview), null, response);
}

/// <param name="Object">Of an eviction: <c>policy/v1</c> Eviction.</param>
internal sealed record AdmissionRequest(
    string? Uid, AskedResource? Resource, string? SubResource, string? Name, string? Namespace, string? Operation, bool? DryRun, JsonElement? Object)
{
    public bool IsEviction => Resource is { Group: null or "", Resource: "pods" } && SubResource == "eviction" && Operation == "CREATE";

    /// <summary>Asked for in the request's address, or in what it carries.</summary>
    public bool HasNoEffect => DryRun == true
        || (Object is { ValueKind: JsonValueKind.Object } eviction
            && eviction.TryGetProperty("deleteOptions", out var options) && options.ValueKind == JsonValueKind.Object
            && options.TryGetProperty("dryRun", out var words) && words.ValueKind == JsonValueKind.Array && words.GetArrayLength() > 0);
}

internal sealed record AskedResource(string? Group, string? Version, string? Resource);

/// <param name="Warnings">Shown to whoever asked.</param>
internal sealed record AdmissionResponse(string Uid, bool Allowed, RefusalStatus? Status = null, IReadOnlyList<string>? Warnings = null);

/// <param name="Code">429 makes <c>kubectl drain</c> ask again by itself, 404 makes it go on.</param>
internal sealed record RefusalStatus(int Code, string Reason, string Message)
{
    public static RefusalStatus Of(int code, string message) => new(code, code == 404 ? "NotFound" : "TooManyRequests", message);
}
