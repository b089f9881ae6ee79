using System.Buffers.Binary;
using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client;

namespace Ms2m.Workload;

/// <summary>Names a message so that its copies in Q and R have the same name. docs/wire-protocol.md describes the
/// canonical form for other languages.</summary>
internal static class MessageName
{
    private const string IdPrefix = "id:";
    private const string DigestPrefix = "digest:";

    public static string Of(IReadOnlyBasicProperties properties, string routingKey, ReadOnlySpan<byte> body) =>
        properties.IsMessageIdPresent() && properties.MessageId is { Length: > 0 } id
            ? IdPrefix + id
            : DigestPrefix + Digest(properties, routingKey, body);

    /// <summary>Two messages with the same digest are one and the same to a workload, so only their number counts.</summary>
    public static bool IsDigest(string name) => name.StartsWith(DigestPrefix, StringComparison.Ordinal);

    private static string Digest(IReadOnlyBasicProperties properties, string routingKey, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Bytes(hash, body);
        Text(hash, routingKey);
        var headers = properties.Headers ?? new Dictionary<string, object?>();
        Table(hash, headers.Where(h => MessageHeaders.IsOfTheMessage(h.Key)));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    private static void Table(IncrementalHash hash, IEnumerable<KeyValuePair<string, object?>> fields)
    {
        var sorted = fields.OrderBy(f => f.Key, StringComparer.Ordinal).ToList();
        Length(hash, sorted.Count);
        foreach (var (name, value) in sorted)
        {
            Text(hash, name);
            Value(hash, value);
        }
    }

    private static void Value(IncrementalHash hash, object? value)
    {
        switch (value)
        {
            case null: Text(hash, "null"); break;
            case string text: Text(hash, "text"); Text(hash, text); break;
            case byte[] bytes: Text(hash, "text"); Bytes(hash, bytes); break;
            case BinaryTableValue binary: Text(hash, "bytes"); Bytes(hash, binary.Bytes); break;
            case AmqpTimestamp time: Text(hash, "time"); Text(hash, time.UnixTime.ToString(CultureInfo.InvariantCulture)); break;
            case IDictionary<string, object?> table: Text(hash, "table"); Table(hash, table); break;
            case IList list:
                Text(hash, "list");
                Length(hash, list.Count);
                foreach (var item in list)
                {
                    Value(hash, item);
                }
                break;
            default: Text(hash, "value"); Text(hash, Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""); break;
        }
    }

    private static void Text(IncrementalHash hash, string text) => Bytes(hash, Encoding.UTF8.GetBytes(text));

    /// <summary>Every part goes in with its length before it: otherwise "ab"+"c" and "a"+"bc" would be one message.</summary>
    private static void Bytes(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        Length(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void Length(IncrementalHash hash, long length)
    {
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(prefix, length);
        hash.AppendData(prefix);
    }
}
