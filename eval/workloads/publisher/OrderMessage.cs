using System.Text.Json;

namespace Ms2m.Publisher;

/// <summary>The body of one message.</summary>
public sealed record OrderMessage(string Publisher, long Seq, string Key, long Amount, string Padding)
{
    /// <summary>Key and amount follow from publisher and number, so that a repeat is byte for byte the same.</summary>
    public static OrderMessage Create(string publisher, long seq, PublisherOptions options)
    {
        var mixed = unchecked((ulong)seq * 0x9E3779B97F4A7C15 + (ulong)publisher.Length * 31 + publisher[^1]);
        return new OrderMessage(
            publisher, seq, $"k{mixed % (ulong)Math.Max(1, options.Keys)}", (long)(mixed >> 40) % 10_000,
            new string((char)('a' + (int)(mixed % 26)), options.PaddingBytes));
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web);
}
