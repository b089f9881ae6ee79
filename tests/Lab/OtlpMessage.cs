using System.Buffers.Binary;
using System.Text;

namespace Ms2m.Tests.Lab;

/// <summary>Reads an ExportTraceServiceRequest by the field numbers of opentelemetry-proto, with nothing of the library that
/// wrote it.</summary>
internal static class OtlpMessage
{
    public static IEnumerable<ReceivedSpan> Spans(byte[] request)
    {
        foreach (var resourceSpans in Children(request, 1))
        {
            var service = Children(resourceSpans, 1).SelectMany(resource => Children(resource, 1))
                .Where(attribute => Text(attribute, 1) == "service.name")
                .SelectMany(attribute => Children(attribute, 2)).Select(value => Text(value, 1)).FirstOrDefault() ?? "";
            foreach (var scopeSpans in Children(resourceSpans, 2))
            {
                var source = Children(scopeSpans, 1).Select(scope => Text(scope, 1)).FirstOrDefault() ?? "";
                foreach (var span in Children(scopeSpans, 2))
                {
                    yield return new ReceivedSpan(
                        service, source, Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), Fixed(span, 7), Fixed(span, 8));
                }
            }
        }
    }

    private static string Text(byte[] message, int field) =>
        Encoding.UTF8.GetString(Children(message, field).FirstOrDefault() ?? []);

    private static string Hex(byte[] message, int field) =>
        Convert.ToHexStringLower(Children(message, field).FirstOrDefault() ?? []);

    private static ulong Fixed(byte[] message, int field) =>
        Fields(message).Where(one => one.Number == field && one.Wire == 1)
            .Select(one => BinaryPrimitives.ReadUInt64LittleEndian(one.Bytes)).FirstOrDefault();

    private static IEnumerable<byte[]> Children(byte[] message, int field) =>
        Fields(message).Where(one => one.Number == field && one.Wire == 2).Select(one => one.Bytes);

    private static IEnumerable<(int Number, int Wire, byte[] Bytes)> Fields(byte[] message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var key = Varint(message, ref at);
            var (number, wire) = ((int)(key >> 3), (int)(key & 7));
            var length = wire switch
            {
                0 => 0,
                1 => 8,
                2 => (int)Varint(message, ref at),
                5 => 4,
                _ => throw new InvalidDataException($"wire type {wire}"),
            };
            if (wire == 0)
            {
                Varint(message, ref at);
            }

            yield return (number, wire, message[at..(at + length)]);
            at += length;
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var one = message[at++];
            value |= (ulong)(one & 0x7f) << shift;
            if (one < 0x80)
            {
                return value;
            }
        }
    }
}
