using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ms2m.Orders;

/// <summary>What is used of a message.</summary>
internal readonly record struct Order(string Publisher, long Seq, string Key, long Amount)
{
    /// <summary>A body that is no order throws, and the message goes to the dead letters.</summary>
    public static Order Read(ReadOnlySpan<byte> body)
    {
        var (publisher, seq, key, amount) = ("", 0L, "", 0L);
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }
            if (reader.ValueTextEquals("publisher"u8))
            {
                reader.Read();
                publisher = reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("seq"u8))
            {
                reader.Read();
                seq = reader.GetInt64();
            }
            else if (reader.ValueTextEquals("key"u8))
            {
                reader.Read();
                key = reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("amount"u8))
            {
                reader.Read();
                amount = reader.GetInt64();
            }
            else
            {
                reader.Skip();
            }
        }
        return publisher.Length > 0 && key.Length > 0 ? new Order(publisher, seq, key, amount)
            : throw new JsonException("The body is no order.");
    }
}

/// <summary>The effect of one message.</summary>
internal sealed record Receipt(string Name, string Publisher, long Seq, long Ordinal, string Digest);

/// <summary>The answer to a question about the state.</summary>
internal sealed record StateAnswer(
    string InstanceId, string Role, long Epoch, long Applied, string Digest,
    long Gaps, long Repeats, long Regressions, int Keys, Dictionary<string, long> PerPublisher);

/// <summary>Compiled in: reflection would cost memory in every checkpoint.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(StateAnswer))]
internal sealed partial class OrdersJson : JsonSerializerContext;
