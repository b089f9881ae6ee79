using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Ms2m.Clients;

/// <summary>As much of MQTT 3.1.1 as is needed: connect, subscribe, publish and receive with QoS 1. Payloads are eight
/// bytes, a number.</summary>
internal sealed class MqttConnection(NetworkStream stream) : IDisposable
{
    private const byte Connect = 0x10;
    private const byte ConnectAnswer = 0x20;
    private const byte PublishOnce = 0x32;
    private const byte PublishAnswer = 0x40;
    private const byte Subscribe = 0x82;
    private const byte SubscribeAnswer = 0x90;

    /// <summary>Opens the session; a subscriber's goes on when it comes back under the same name.</summary>
    public async Task OpenAsync(string client, bool keepsSession, CancellationToken cancel)
    {
        // Protocol name, level 4, flags, no keep-alive.
        await SendAsync(Connect, [.. Text("MQTT"), 4, (byte)(keepsSession ? 0 : 2), 0, 0, .. Text(client)], cancel);
        await ExpectAsync(ConnectAnswer, answer => answer[1] == 0, cancel);
    }

    public async Task SubscribeAsync(string topic, CancellationToken cancel)
    {
        await SendAsync(Subscribe, [0, 1, .. Text(topic), 1], cancel);
        await ExpectAsync(SubscribeAnswer, answer => answer[2] == 1, cancel);
    }

    /// <summary>Returns when the broker has confirmed.</summary>
    public async Task<bool> PublishAsync(string topic, ushort packet, long number, bool again, CancellationToken cancel)
    {
        var payload = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(payload, number);
        await SendAsync(
            (byte)(PublishOnce | (again ? 8 : 0)), [.. Text(topic), (byte)(packet >> 8), (byte)packet, .. payload], cancel);
        await ExpectAsync(PublishAnswer, answer => BinaryPrimitives.ReadUInt16BigEndian(answer) == packet, cancel);
        return true;
    }

    /// <summary>Waits for a message and confirms it.</summary>
    public async Task<(long Number, bool Again)> ReceiveAsync(CancellationToken cancel)
    {
        var (kind, body) = await ReadAsync(cancel);
        if ((kind & 0xF0) != (PublishOnce & 0xF0))
        {
            throw new InvalidDataException($"a packet of kind {kind:x2} instead of a message");
        }

        var packet = 2 + BinaryPrimitives.ReadUInt16BigEndian(body);
        var number = BinaryPrimitives.ReadInt64BigEndian(body.AsSpan(packet + 2));
        await SendAsync(PublishAnswer, [body[packet], body[packet + 1]], cancel);
        return (number, (kind & 8) != 0);
    }

    public void Dispose() => stream.Dispose();

    private static byte[] Text(string text) => [(byte)(text.Length >> 8), (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private async Task ExpectAsync(byte kind, Func<byte[], bool> isRight, CancellationToken cancel)
    {
        var (came, body) = await ReadAsync(cancel);
        if (came != kind || !isRight(body))
        {
            throw new InvalidDataException($"a packet of kind {came:x2} with {Convert.ToHexStringLower(body)} instead of {kind:x2}");
        }
    }

    // Packets of this size need one byte of length.
    private Task SendAsync(byte kind, byte[] body, CancellationToken cancel) =>
        stream.WriteAsync((byte[])[kind, (byte)body.Length, .. body], cancel).AsTask();

    private async Task<(byte Kind, byte[] Body)> ReadAsync(CancellationToken cancel)
    {
        var header = new byte[2];
        await stream.ReadExactlyAsync(header, cancel);
        if (header[1] > 127)
        {
            throw new InvalidDataException("a packet of more than 127 bytes");
        }

        var body = new byte[header[1]];
        await stream.ReadExactlyAsync(body, cancel);
        return (header[0], body);
    }
}
