using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Ms2m.Kubernetes.Api;

namespace Ms2m.Kubernetes.Http;

/// <summary>Refusals as they come: Status objects, and the plain text of kubelets and of proxies on the way.</summary>
internal static class StatusReader
{
    private const int LongestText = 1000;

    public static ApiProblem Read(HttpStatusCode code, HttpResponseHeaders headers, ReadOnlySpan<byte> body, TimeProvider time)
    {
        var problem = Status((int)code, body) ?? Text((int)code, body);
        return RetryAfter(headers, time) is { } wait ? problem with { RetryAfter = wait } : problem;
    }

    /// <summary>The Status object of a watch's ERROR event, which has the code in it.</summary>
    public static ApiProblem Read(JsonElement status) => Of(Number(status, "code") ?? 500, status);

    private static ApiProblem? Status(int code, ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            return Said(document.RootElement, "kind") == "Status" ? Of(code, document.RootElement) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ApiProblem Of(int code, JsonElement status)
    {
        var details = status.ValueKind == JsonValueKind.Object && status.TryGetProperty("details", out var given) ? given : default;
        return new ApiProblem(code, Said(status, "reason") ?? "", Said(status, "message") ?? Words(code))
        {
            RetryAfter = Number(details, "retryAfterSeconds") is { } wait and > 0 ? TimeSpan.FromSeconds(wait) : null,
            Causes = Causes(details),
        };
    }

    private static List<string> Causes(JsonElement details)
    {
        var causes = new List<string>();
        if (details.ValueKind == JsonValueKind.Object && details.TryGetProperty("causes", out var given) && given.ValueKind == JsonValueKind.Array)
        {
            foreach (var cause in given.EnumerateArray())
            {
                var (field, message) = (Said(cause, "field"), Said(cause, "message") ?? Said(cause, "reason") ?? "");
                causes.Add(field is { Length: > 0 } ? $"{field}: {message}" : message);
            }
        }

        return causes;
    }

    private static ApiProblem Text(int code, ReadOnlySpan<byte> body)
    {
        var text = string.Join(' ', Encoding.UTF8.GetString(body[..Math.Min(body.Length, 4 * LongestText)])
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return new ApiProblem(code, "", text.Length switch
        {
            0 => Words(code),
            > LongestText => text[..LongestText] + "…",
            _ => text,
        });
    }

    private static TimeSpan? RetryAfter(HttpResponseHeaders headers, TimeProvider time) => headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };

    private static string Words(int code) => $"The server answered {code} ({(HttpStatusCode)code}).";

    private static string? Said(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static int? Number(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out var number)
            ? number
            : null;
}
