using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Ms2m.Engine.Hosting;

namespace Ms2m.Engine.Saga;

/// <summary>One bearer token for each migration's transfer, derived, so that a restarted engine makes the same one again.
/// Events and saga hold none; the outbox and the node's queue do, until the command is delivered.</summary>
public sealed class TransferTokens(EngineOptions options)
{
    private readonly byte[] _key = Encoding.UTF8.GetBytes(options.TransferSecret);

    public string For(Guid migrationId) => Make(migrationId.ToByteArray(bigEndian: true));

    /// <summary>Of a round to a standby node. No migration's, whatever its id.</summary>
    public string ForRound(Guid roundId) => Make([.. "round"u8, .. roundId.ToByteArray(bigEndian: true)]);

    private string Make(byte[] of) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, of));
}
