using System.Buffers.Binary;
using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Transfer.Channels;

namespace Ms2m.NodeWorker.Volumes;

/// <summary>What two workers say to each other before rsync does: JSON, after its length (4 bytes, little-endian).</summary>
internal static class VolumeTalk
{
    public const string Purpose = "volumes";

    private const int MaxLength = 16 * 1024;

    public static async Task SayAsync<T>(ChannelStream channel, T what, CancellationToken cancel)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(what, ContractJson.Options);
        var said = new byte[sizeof(int) + text.Length];
        BinaryPrimitives.WriteInt32LittleEndian(said, text.Length);
        text.CopyTo(said, sizeof(int));
        await channel.WriteAsync(said, cancel);
    }

    /// <exception cref="IOException">It is no such thing, or the other side is gone.</exception>
    public static async Task<T> HearAsync<T>(ChannelStream channel, CancellationToken cancel)
    {
        var head = new byte[sizeof(int)];
        await channel.ReadExactlyAsync(head, cancel);
        if (BinaryPrimitives.ReadInt32LittleEndian(head) is not (> 0 and <= MaxLength and var length))
            throw new IOException("The other worker says what is no question about a volume.");
        var text = new byte[length];
        await channel.ReadExactlyAsync(text, cancel);
        try
        {
            return JsonSerializer.Deserialize<T>(text, ContractJson.Options)
                ?? throw new IOException("The other worker says nothing about a volume.");
        }
        catch (JsonException e)
        {
            throw new IOException("The other worker says what is no question about a volume.", e);
        }
    }
}
