using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Ms2m.Fuzzing;

/// <summary>Makes of something that is right something that is nearly right: that gets furthest into a reader.</summary>
internal static class Mutation
{
    private static readonly string[] Texts =
    [
        "", " ", "\0", "..", "../../../../etc/cron.d/evil", "/etc/passwd", "a/../../b", "-option", "%00", "%2e%2e%2f", "\r\nX: y",
        "\u001b[2J", "null", "NaN", "1e999", "9223372036854775808", "-1", "'; drop table mt_events; --", "{{7*7}}", "$(reboot)",
        "ＡＢＣ", "\uFEFF", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", new string('a', 64), new string('é', 300), new string('x', 70_000),
    ];

    /// <summary>As they stand in JSON, so that half a surrogate pair and numbers of no type are among them.</summary>
    private static readonly string[] Literals =
    [
        "null", "true", "[]", "{}", "0", "-1", "1e400", "0.1", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
        "\"\\ud800\"", "\"\\u0000\"", "\"x\\udfff\"", "[[[[[[[[[[]]]]]]]]]]", "{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}", "01", "NaN", "\"",
    ];

    public static T Any<T>(this Random random, IReadOnlyList<T> of) => of[random.Next(of.Count)];

    public static string Text(Random random) => random.Any(Texts);

    public static byte[] Noise(Random random, int atMost)
    {
        var noise = new byte[random.Next(atMost + 1)];
        random.NextBytes(noise);
        return noise;
    }

    /// <summary>A few small wounds, or none.</summary>
    public static byte[] Bytes(Random random, byte[] original)
    {
        var bytes = original.ToList();
        for (var wounds = random.Next(4); wounds > 0 && bytes.Count > 0; wounds--)
        {
            var at = random.Next(bytes.Count);
            var length = random.Next(1, 1 + Math.Min(16, bytes.Count - at));
            switch (random.Next(7))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = random.Any<byte>([0, 1, 0x7F, 0x80, 0xFF, (byte)'/', (byte)'.', (byte)'"', (byte)'\n']); break;
                case 2: bytes.RemoveRange(at, length); break;
                case 3: bytes.InsertRange(at, Noise(random, 16)); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 5: bytes.RemoveRange(at, bytes.Count - at); break;
                case 6 when at + 8 <= bytes.Count:
                    var number = new byte[8];
                    BinaryPrimitives.WriteInt64LittleEndian(number, random.Any([-1, long.MinValue, long.MaxValue, int.MaxValue, 1L << 32]));
                    for (var i = 0; i < 8; i++)
                        bytes[at + i] = number[i];
                    break;
            }
        }
        return [.. bytes];
    }

    /// <summary>A JSON object with fields taken away, doubled, renamed or filled with something else; at times with wounds
    /// that leave no JSON at all.</summary>
    public static byte[] Json(Random random, string original)
    {
        var node = JsonNode.Parse(original)!;
        var marks = new Dictionary<string, string>();
        for (var changes = random.Next(4); changes > 0; changes--)
            Change(random, node, marks);
        var text = new StringBuilder(node.ToJsonString());
        foreach (var (mark, literal) in marks)
            text.Replace($"\"{mark}\"", literal);
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return random.Next(4) == 0 ? Bytes(random, bytes) : bytes;
    }

    private static void Change(Random random, JsonNode node, Dictionary<string, string> marks)
    {
        if (node is not JsonObject fields || fields.Count == 0)
            return;
        var (name, value) = random.Any([.. fields]);
        switch (random.Next(6))
        {
            case 0: fields.Remove(name); break;
            case 1: fields[name] = Text(random); break;
            case 2: fields[$"{name}{random.Next(2)}"] = 1; break;
            case 3 when value is JsonObject: Change(random, value, marks); break;
            case 4: fields[name.ToUpperInvariant()] = value?.DeepClone(); break;
            default:
                var mark = $"mark-{marks.Count}-{random.Next()}";
                marks[mark] = random.Any(Literals);
                fields[name] = mark;
                break;
        }
    }
}
