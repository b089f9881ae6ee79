using System.Buffers.Binary;

namespace Ms2m.NodeWorker.Networks;

/// <summary>The checksum of TCP and UDP over IPv4. On a wire inside one machine it may never be computed: hardware would do
/// it, and there is none. Who sends such a frame anew must.</summary>
internal static class FrameChecksum
{
    private const int Ethernet = 14;
    private const ushort Ipv4 = 0x0800;
    private const byte Tcp = 6;
    private const byte Udp = 17;

    /// <summary>Leaves alone what is neither, or only a part of it.</summary>
    public static void Complete(Span<byte> frame)
    {
        if (frame.Length < Ethernet + 20 || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != Ipv4)
            return;
        var packet = frame[Ethernet..];
        var header = (packet[0] & 0x0F) * 4;
        var total = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        var isFragment = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x3FFF) != 0;
        var place = packet[9] switch { Tcp => 16, Udp => 6, _ => -1 };
        if (place < 0 || isFragment || header < 20 || total > packet.Length || total < header + place + 2)
            return;
        var segment = packet[header..total];
        segment.Slice(place, 2).Clear();
        // The addresses, the protocol and the length count as well.
        var sum = Sum(packet[12..20]) + packet[9] + (uint)segment.Length + Sum(segment);
        while (sum >> 16 != 0)
            sum = (sum & 0xFFFF) + (sum >> 16);
        var checksum = (ushort)~sum;
        // Of UDP, zero says that there is none.
        BinaryPrimitives.WriteUInt16BigEndian(segment[place..], packet[9] == Udp && checksum == 0 ? (ushort)0xFFFF : checksum);
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (var at = 0; at + 1 < bytes.Length; at += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        return bytes.Length % 2 == 0 ? sum : sum + (uint)(bytes[^1] << 8);
    }
}
