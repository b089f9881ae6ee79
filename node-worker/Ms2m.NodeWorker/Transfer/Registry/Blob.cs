using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Ms2m.NodeWorker.Transfer.Registry;

/// <summary>OCI's descriptor: a kind of content, named by its digest.</summary>
internal sealed record Blob(
    [property: JsonPropertyName("mediaType")] string MediaType,
    [property: JsonPropertyName("digest")] string Digest,
    [property: JsonPropertyName("size")] long Size)
{
    private const string Prefix = "sha256:";

    public static Blob Of(string mediaType, byte[] content) =>
        new(mediaType, Named(SHA256.HashData(content)), content.Length);

    public static string Named(ReadOnlySpan<byte> sha256) => Prefix + Convert.ToHexStringLower(sha256);

    /// <summary>Digests become parts of addresses.</summary>
    public static bool IsDigest(string? text) =>
        text is { Length: 71 } && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text.Skip(Prefix.Length).All(char.IsAsciiHexDigitLower);
}
