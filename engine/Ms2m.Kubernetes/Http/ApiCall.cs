namespace Ms2m.Kubernetes.Http;

/// <summary>One call, before it is made.</summary>
/// <param name="Target">Path and query.</param>
/// <param name="Repeatable">Whether it may be made again when nobody knows whether it was done: it then does nothing, or is
/// refused because it was done. Creations and checkpoints are not, as one cannot tell ours from another's.</param>
/// <param name="HasAnotherWay">Its caller would rather try another way than wait for this one: it is made once.</param>
/// <param name="Limit">Of one try; that of all calls when absent.</param>
internal sealed record ApiCall(
    HttpMethod Method, string Target, bool Repeatable, byte[]? Body = null, string? ContentType = null, TimeSpan? Limit = null,
    bool HasAnotherWay = false)
{
    public static ApiCall Get(string target) => new(HttpMethod.Get, target, Repeatable: true);

    public static ApiCall WithJson(HttpMethod method, string target, byte[] body, bool repeatable) =>
        new(method, target, repeatable, body, "application/json");
}
