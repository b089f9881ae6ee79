using System.Security.Cryptography;
using System.Text;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>The right to send one checkpoint. The target keeps only the token's digest.</summary>
public static class TransferToken
{
    private const string Scheme = "Bearer ";

    public static string DigestOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public static string Header(string token) => Scheme + token;

    /// <summary>Compares in a time that does not tell how much was right.</summary>
    public static bool Matches(string? header, string digest)
    {
        if (header is null || !header.StartsWith(Scheme, StringComparison.Ordinal) || header.Length > 4096)
            return false;
        var shown = SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..]));
        return CryptographicOperations.FixedTimeEquals(shown, Convert.FromHexString(digest));
    }
}
