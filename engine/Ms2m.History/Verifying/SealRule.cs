using System.Text.Json;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;

namespace Ms2m.History.Verifying;

/// <summary>Every event's digest is that of its content and of the digest before it. Events from before there were digests
/// have none; after the first sealed one all are.</summary>
internal static class SealRule
{
    public static IEnumerable<Finding> Check(StreamUnderTest stream)
    {
        string? previous = null;
        foreach (var one in stream.Events)
        {
            var (digest, damage) = DigestOf(one);
            if (damage is not null)
            {
                yield return stream.Fault("seal", one, damage);
            }
            else if (digest is null)
            {
                if (previous is not null)
                {
                    yield return stream.Fault("seal", one, "It is not sealed, and the one before it is.");
                }

                continue;
            }
            else if (Recompute(previous, one) is var computed && computed != digest)
            {
                yield return stream.Fault(
                    "seal", one, "This row was altered after it was written, or the one before it is gone: its digest is another.");
            }

            // Each broken link is told once: the next is judged by what this one says.
            previous = digest ?? previous;
        }

        if (stream.Saga is not null && SagaDigest(stream.Saga) != previous)
        {
            yield return stream.Fault("seal", null, "The digest kept beside the stream is not that of its last event.");
        }
    }

    private static (string? Digest, string? Damage) DigestOf(StoredEvent one)
    {
        try
        {
            using var headers = JsonDocument.Parse(one.Headers ?? "{}");
            return headers.RootElement.ValueKind != JsonValueKind.Object ? (null, "Its headers are not as they are written.")
                : headers.RootElement.TryGetProperty(EventHeaders.Digest, out var digest)
                ? (digest.GetString(), null)
                : (null, null);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return (null, "Its headers are not as they are written.");
        }
    }

    private static string? Recompute(string? previous, StoredEvent one)
    {
        try
        {
            return EventSeal.Of(previous, one);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? SagaDigest(string saga)
    {
        using var document = JsonDocument.Parse(saga);
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("StreamDigest", out var digest) && digest.ValueKind == JsonValueKind.String
            ? digest.GetString()
            : null;
    }
}
