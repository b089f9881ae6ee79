using Ms2m.NodeWorker.Networks;

namespace Ms2m.NodeWorker.Tests.Networks;

public sealed class FrameChecksumTests
{
    // To the workload from a client, IPv4.
    private const string Addresses = "024d0a4d025002000000000108004500";

    [Theory]
    [InlineData("001e000100004011", "0a4d02010a4d0250", "04d20035000a", "6869")]
    [InlineData("001f000100004011", "0a4d02010a4d0250", "04d20035000b", "686921")]
    public void a_datagram_gets_the_sum_that_makes_it_add_up(string rest, string between, string ports, string text)
    {
        var frame = Convert.FromHexString(Addresses + rest + "0000" + between + ports + "0000" + text);

        FrameChecksum.Complete(frame);

        Assert.Equal(0xFFFF, SumOf(frame, protocol: 17));
    }

    [Fact]
    public void a_wrong_sum_of_tcp_is_replaced()
    {
        var frame = Convert.FromHexString(Addresses + "0030000140004006" + "0000" + "0a4d02010a4d0250"
            + "d51018eb" + "00000001" + "00000002" + "5018" + "0200" + "dead" + "0000" + "494e4352206b0d0a");

        FrameChecksum.Complete(frame);

        Assert.Equal(0xFFFF, SumOf(frame, protocol: 6));
    }

    [Theory]
    [InlineData("ffffffffffff02000000000108060001")]
    [InlineData("024d0a4d025002000000000108004500001e000120004011" + "0000" + "0a4d02010a4d0250" + "04d20035000a" + "beef" + "6869")]
    [InlineData("024d0a4d025002000000000108004500ffff000100004011" + "0000" + "0a4d02010a4d0250" + "04d20035000a" + "beef" + "6869")]
    [InlineData("024d0a4d025002000000000108004f")]
    public void what_is_no_whole_segment_is_left_alone(string hexadecimal)
    {
        var frame = Convert.FromHexString(hexadecimal);

        FrameChecksum.Complete(frame);

        Assert.Equal(hexadecimal, Convert.ToHexStringLower(frame));
    }

    /// <summary>By the definition: all sixteen-bit words with the pseudo header, in one's complement, are all ones.</summary>
    private static int SumOf(byte[] frame, int protocol)
    {
        byte[] summed = [.. frame[26..34], 0, (byte)protocol, (byte)((frame.Length - 34) >> 8), (byte)(frame.Length - 34), .. frame[34..]];
        var sum = Enumerable.Range(0, (summed.Length + 1) / 2)
            .Sum(word => (summed[word * 2] << 8) | ((word * 2) + 1 < summed.Length ? summed[(word * 2) + 1] : 0));
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return sum;
    }
}
