using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client;

namespace Ms2m.Workload.Tests.Pure;

public sealed class NamesAndChainTests
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("body");

    [Fact]
    public void a_message_id_is_the_name() =>
        Assert.Equal("id:a-1", MessageName.Of(new BasicProperties { MessageId = "a-1" }, "rk", Body));

    [Fact]
    public void an_id_that_looks_like_a_digest_is_still_an_id() =>
        Assert.StartsWith("id:digest:", MessageName.Of(new BasicProperties { MessageId = "digest:00" }, "rk", Body), StringComparison.Ordinal);

    [Fact]
    public void without_an_id_body_key_and_headers_make_the_name()
    {
        var name = Digest("rk", "body");
        Assert.Matches("^digest:[0-9a-f]{32}$", name);
        Assert.Equal(name, Digest("rk", "body"));
        Assert.NotEqual(name, Digest("rk", "bodx"));
        Assert.NotEqual(name, Digest("rx", "body"));
        Assert.NotEqual(Digest("ab", "c"), Digest("b", "ca"));
        Assert.NotEqual(name, Digest("rk", "body", ("h", 1)));
        Assert.NotEqual(Digest("rk", "body", ("h", 1)), Digest("rk", "body", ("h", "1")));
        Assert.Equal(Digest("rk", "body", ("a", 1), ("b", "x")), Digest("rk", "body", ("b", Encoding.UTF8.GetBytes("x")), ("a", 1L)));
    }

    [Fact]
    public void what_the_broker_adds_on_redelivery_is_no_part_of_the_name() =>
        Assert.Equal(Digest("rk", "body"), Digest("rk", "body", ("x-delivery-count", 3L)));

    [Fact]
    public void the_chain_is_what_the_wire_protocol_says()
    {
        byte[] link = [.. new byte[32], 0, 0, 0, 0, 0, 0, 0, 1, .. Encoding.UTF8.GetBytes("id:a"), .. SHA256.HashData(Body)];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(link)), Chain.Start.Append("id:a", Body).Hex);
    }

    [Fact]
    public void the_chain_tells_orders_apart()
    {
        var one = Chain.Start.Append("id:a", Body).Append("id:b", Body);
        var other = Chain.Start.Append("id:b", Body).Append("id:a", Body);
        Assert.Equal(2, one.Position);
        Assert.NotEqual(one.Hex, other.Hex);
        Assert.Equal(one.Hex, Chain.Start.Append("id:a", Body).Append("id:b", Body).Hex);
    }

    [Fact]
    public void a_carried_message_comes_out_of_the_journal_as_it_went_in()
    {
        var original = new BasicProperties
        {
            MessageId = "a",
            ContentType = "text/plain",
            Expiration = "10",
            UserId = "u",
            Headers = new Dictionary<string, object?> { ["CC"] = new List<object> { "elsewhere" }, ["h"] = "v" },
        };
        var applied = new Applied { Message = new Message("id:a", Body, "ex", "rk", original) { TimeMs = 7 }, Carried = true, Ordinal = 3 };
        var (properties, body) = JournalCodec.Write(applied);
        Assert.True(properties.Persistent);
        Assert.False(properties.IsExpirationPresent() || properties.IsUserIdPresent());
        Assert.DoesNotContain("CC", properties.Headers!.Keys);

        var entry = JournalCodec.Read(properties, body).Entry!;
        Assert.Equal((3, "id:a", 7L), (entry.Ordinal, entry.Name, entry.TimeMs));
        var carried = entry.Carried!;
        Assert.Equal(("ex", "rk", "text/plain"), (carried.Exchange, carried.RoutingKey, carried.ContentType));
        Assert.Equal(Body, carried.Body.ToArray());
        Assert.Equal(["CC", "h"], carried.Headers.Keys.Order(StringComparer.Ordinal));
    }

    private static string Digest(string routingKey, string body, params (string Name, object? Value)[] headers) => MessageName.Of(
        new BasicProperties { Headers = headers.ToDictionary(h => h.Name, h => h.Value) }, routingKey, Encoding.UTF8.GetBytes(body));
}
