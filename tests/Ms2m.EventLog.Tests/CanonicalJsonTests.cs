using System.Globalization;
using System.Text;
using System.Text.Json;
using Ms2m.EventLog.Streams;
using Ms2m.EventLog.Tests.Lab;
using Npgsql;

namespace Ms2m.EventLog.Tests;

/// <summary>A digest is taken of what is written and compared with what the store gives back.</summary>
public sealed class CanonicalJsonTests(Database database) : IClassFixture<Database>
{
    [Fact]
    public async Task whatever_the_store_makes_of_a_text_its_canonical_form_stays()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 300; round++)
        {
            var json = JsonSerializer.Serialize(Value(random, depth: 4));

            var back = await ThroughStoreAsync(json);

            Assert.Equal(Text(json), Text(back));
        }
    }

    [Theory]
    [InlineData("""{"b":1,"a":2}""", """{"a":2,"b":1}""")]
    [InlineData("""{ "x" : [ 1 , 2 ] }""", """{"x":[1,2]}""")]
    [InlineData("1E-05", "0.00001")]
    [InlineData("1.50", "1.5")]
    [InlineData("-0.0", "0")]
    [InlineData("1e400", "1E+400")]
    public void one_meaning_has_one_form(string json, string same) => Assert.Equal(Text(json), Text(same));

    [Theory]
    [InlineData("[1,2]", "[2,1]")]
    [InlineData("1", "\"1\"")]
    [InlineData("{}", "[]")]
    [InlineData("""{"a":null}""", "{}")]
    [InlineData("0.1", "0.10000000000000001")]
    public void two_meanings_have_two_forms(string json, string other) => Assert.NotEqual(Text(json), Text(other));

    private static string Text(string json) => Encoding.UTF8.GetString(CanonicalJson.Of(json));

    private async Task<string> ThroughStoreAsync(string json)
    {
        await using var command = database.Store.CreateCommand("select $1::jsonb::text");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = json });
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static object? Value(Random random, int depth) => random.Next(depth == 0 ? 6 : 8) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.NextInt64(long.MinValue, long.MaxValue),
        3 => BitConverter.Int64BitsToDouble(random.NextInt64()) is var wild && double.IsFinite(wild) ? wild : 0.5,
        4 => Math.Round(random.NextDouble() * 1000, random.Next(0, 12)),
        5 => new string([.. Enumerable.Range(0, random.Next(8)).Select(_ => (char)random.Next(1, 0x2fff))]),
        6 => Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1)).ToList(),
        _ => Enumerable.Range(0, random.Next(5)).ToDictionary(
            i => i.ToString(CultureInfo.InvariantCulture) + (char)random.Next('A', 'z'), _ => Value(random, depth - 1)),
    };
}
