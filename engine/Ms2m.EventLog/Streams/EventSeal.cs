using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Ms2m.EventLog.Streams;

/// <summary>Chains the events of a stream: the digest of each covers all that the log says about it, and the digest of the
/// one before. Whoever alters, removes or inserts a row breaks the chain there; whoever cuts the end off disagrees with the
/// digest that the stream's owner keeps. It does not withstand somebody who may write everywhere and computes all of it
/// anew: against that, keep the last digests elsewhere.</summary>
public static class EventSeal
{
    /// <summary>Where an event keeps its digest: a key of its headers.</summary>
    public const string Header = "digest";

    /// <summary>The digest of an event as lower-case hexadecimal SHA-256.</summary>
    /// <param name="previous">Digest of the event before; absent for the first event that is sealed.</param>
    /// <param name="stored">The event, with or without its own digest.</param>
    public static string Of(string? previous, StoredEvent stored)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, Encoding.UTF8.GetBytes(previous ?? ""));
        Add(hash, stored.StreamId.ToByteArray(bigEndian: true));
        Add(hash, Number(stored.Version));
        Add(hash, stored.EventId.ToByteArray(bigEndian: true));
        Add(hash, Encoding.UTF8.GetBytes(stored.Type));
        Add(hash, Number(stored.Timestamp.UtcTicks / TimeSpan.TicksPerMicrosecond));
        Add(hash, Encoding.UTF8.GetBytes(stored.CorrelationId ?? ""));
        Add(hash, Encoding.UTF8.GetBytes(stored.CausationId ?? ""));
        Add(hash, stored.Headers is null ? [] : CanonicalJson.Of(stored.Headers, withoutProperty: Header));
        Add(hash, CanonicalJson.Of(stored.Data));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // With its length before it, so that nothing can move from one field to the next.
    private static void Add(IncrementalHash hash, byte[] field)
    {
        hash.AppendData(Number(field.Length));
        hash.AppendData(field);
    }

    private static byte[] Number(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
