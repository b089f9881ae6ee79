using System.Diagnostics;
using System.Net.NetworkInformation;
using Ms2m.NodeWorker.Networks;

namespace Ms2m.NodeWorker.Tests.Networks;

/// <summary>On two wires of this machine: one to the network on which the clients are, one to the workload.</summary>
public sealed class KeptFramesTests : IDisposable
{
    private static readonly PhysicalAddress Workload = PhysicalAddress.Parse("02:4d:0a:63:00:50");
    private static readonly PhysicalAddress Client = PhysicalAddress.Parse("02:4d:0a:63:00:99");

    private readonly string _names = $"t{Guid.NewGuid():N}"[..10];
    private readonly FrameSocket _seen;

    public KeptFramesTests()
    {
        Ip($"link add {Bridge} type veth peer name {Network}");
        Ip($"link add {Wire} type veth peer name {Container}");
        foreach (var one in (string[])[Bridge, Network, Wire, Container])
        {
            File.WriteAllText($"/proc/sys/net/ipv6/conf/{one}/disable_ipv6", "1");
            Ip($"link set {one} up");
        }
        // Not what this test sends to the bridge, where the node's worker listens.
        _seen = new FrameSocket(Workload, except: Bridge);
    }

    private string Bridge => _names + "b";

    private string Network => _names + "n";

    private string Wire => _names + "w";

    private string Container => _names + "c";

    public void Dispose()
    {
        _seen.Dispose();
        Ip($"link delete {Bridge}");
        Ip($"link delete {Wire}");
    }

    [Fact]
    public void what_came_meanwhile_is_sent_on_in_the_nodes_name_when_the_address_speaks_elsewhere()
    {
        using var kept = new KeptFrames(Workload, Wire, Bridge);
        _seen.Send(Frame(to: Workload, from: Client, 1), Network);
        _seen.Send(Frame(to: Client, from: PhysicalAddress.Parse("02:4d:0a:63:00:98"), 2), Network);
        _seen.Send(Frame(to: Workload, from: Client, 3), Network);
        Nothing();

        _seen.Send(Frame(to: PhysicalAddress.Parse("ff:ff:ff:ff:ff:ff"), from: Workload, 4), Network);

        var self = PhysicalAddress.Parse(File.ReadAllText($"/sys/class/net/{Bridge}/address").Trim());
        Assert.Equal(Frame(to: Workload, from: self, 1), Next());
        Assert.Equal(Frame(to: Workload, from: self, 3), Next());
        Nothing();
    }

    [Fact]
    public void what_came_meanwhile_is_given_back_as_it_was()
    {
        using var kept = new KeptFrames(Workload, Wire, Bridge);
        _seen.Send(Frame(to: Workload, from: Client, 1), Network);
        // Its own last words do not say that it has moved.
        _seen.Send(Frame(to: Client, from: Workload, 2), Container);
        Assert.Equal(Frame(to: Client, from: Workload, 2), Next());
        Nothing();

        kept.GiveBack();
        kept.GiveBack();

        Assert.Equal(Frame(to: Workload, from: Client, 1), Next());
        Nothing();
    }

    [Fact]
    public void nothing_is_kept_any_more_once_it_is_over()
    {
        var kept = new KeptFrames(Workload, Wire, Bridge);
        _seen.Send(Frame(to: Workload, from: Client, 1), Network);
        Nothing();

        kept.Dispose();
        kept.GiveBack();

        Nothing();
    }

    /// <summary>What its listener does not catch would end this process.</summary>
    [Fact]
    public void a_bridge_that_is_gone_when_the_address_speaks_ends_it()
    {
        using var kept = new KeptFrames(Workload, Wire, "gone");
        _seen.Send(Frame(to: Workload, from: Client, 1), Network);
        _seen.Send(Frame(to: PhysicalAddress.Parse("ff:ff:ff:ff:ff:ff"), from: Workload, 2), Network);
        Nothing();

        kept.GiveBack();

        Nothing();
    }

    private static byte[] Frame(PhysicalAddress to, PhysicalAddress from, byte number) =>
        [.. to.GetAddressBytes(), .. from.GetAddressBytes(), 0x08, 0x00, .. Enumerable.Repeat(number, 46)];

    private byte[] Next()
    {
        var frame = new byte[2048];
        return Enumerable.Range(0, 50).Select(_ => _seen.Receive(frame)).FirstOrDefault(one => one is not null)
            ?? throw new TimeoutException("No frame came.");
    }

    /// <summary>For as long as one look takes.</summary>
    private void Nothing() => Assert.Null(_seen.Receive(new byte[2048]));

    private static void Ip(string arguments)
    {
        using var process = Process.Start("ip", arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
