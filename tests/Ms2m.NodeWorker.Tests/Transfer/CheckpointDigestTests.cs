using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ms2m.NodeWorker.Transfer;

namespace Ms2m.NodeWorker.Tests.Transfer;

public sealed class CheckpointDigestTests
{
    [Fact]
    public void it_does_not_depend_on_pieces_or_on_the_order_of_files()
    {
        using var one = new CheckpointDigest();
        one.Append("a", "hello"u8);
        one.Append("b", "world"u8);
        using var other = new CheckpointDigest();
        other.Append("b", "wor"u8);
        other.Append("a", "hel"u8);
        other.Append("b", "ld"u8);
        other.Append("a", "lo"u8);

        Assert.Equal(one.Current(), other.Current());
        Assert.Equal(10, other.Bytes);
    }

    [Fact]
    public void it_is_what_the_documentation_says()
    {
        using var digest = new CheckpointDigest();
        digest.Append("b", "world"u8);
        digest.Append("a", ""u8);
        var lines = string.Join("", new[] { ("a", ""), ("b", "world") }.Select(f => string.Create(
            CultureInfo.InvariantCulture,
            $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(f.Item2)))} {f.Item2.Length} {f.Item1}\n")));

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(lines))), digest.Current());
    }

    [Fact]
    public void a_name_a_length_or_a_byte_more_makes_another_one()
    {
        var digests = new[] { ("a", "x"), ("b", "x"), ("a", "y"), ("a", "xx"), ("a", "") }.Select(f =>
        {
            using var digest = new CheckpointDigest();
            digest.Append(f.Item1, Encoding.ASCII.GetBytes(f.Item2));
            return digest.Current();
        }).ToList();

        Assert.Equal(digests.Count, digests.Distinct().Count());
    }

    [Fact]
    public void asking_for_it_does_not_end_it()
    {
        using var digest = new CheckpointDigest();
        digest.Append("a", "x"u8);
        var before = digest.Current();
        Assert.Equal(before, digest.Current());
        digest.Append("a", "y"u8);
        Assert.NotEqual(before, digest.Current());
    }
}
