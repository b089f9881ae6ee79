using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Ms2m.NodeWorker.Networks;

/// <summary>What is sent to an address while nobody has it: kept, and sent on as soon as somebody has it again. Without
/// this a client's kernel sends the same again by itself, but only at 0.2, 0.4, 0.8, 1.6 … seconds, however short the pause
/// was.</summary>
internal sealed class KeptFrames : IDisposable
{
    /// <summary>Then a client's connection has other troubles.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private const int MostBytes = 4 << 20;

    private readonly PhysicalAddress _address;
    private readonly string _wire;
    private readonly string _bridge;
    private readonly FrameSocket _socket;
    private readonly Lock _lock = new();
    private readonly List<byte[]> _kept = [];
    private readonly Timer _limit;
    private long _bytes;
    private volatile bool _over;

    /// <param name="address">Of the workload.</param>
    /// <param name="wire">The node's end of its wire.</param>
    /// <param name="bridge">Through which it is reached elsewhere.</param>
    public KeptFrames(PhysicalAddress address, string wire, string bridge)
    {
        (_address, _wire, _bridge) = (address, wire, bridge);
        _socket = new FrameSocket(address, except: wire);
        _limit = new Timer(_ => Dispose(), null, Longest, Timeout.InfiniteTimeSpan);
        new Thread(Listen) { IsBackground = true, Name = "kept frames" }.Start();
    }

    /// <summary>Gives them to the address where it was, and ends.</summary>
    public void GiveBack() => End(frame => _socket.Send(frame, _wire));

    public void Dispose() => End(null);

    private void Listen()
    {
        var room = new byte[65_536];
        using var socket = _socket;
        try
        {
            while (!_over)
            {
                if (socket.Receive(room) is not { Length: >= 14 } frame)
                    continue;
                // The address speaks, and not from here: it has moved.
                if (frame.AsSpan(6, 6).SequenceEqual(_address.GetAddressBytes()))
                    SendOn();
                else
                    Keep(frame);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or FormatException)
        {
            // The node's network is being taken apart: perhaps its bridge has no address any more. What escaped from here
            // would end the worker.
            Dispose();
        }
    }

    private void Keep(byte[] frame)
    {
        lock (_lock)
        {
            if (_over || _bytes + frame.Length > MostBytes)
                return;
            FrameChecksum.Complete(frame);
            _bytes += frame.Length;
            _kept.Add(frame);
        }
    }

    /// <summary>In the name of this node: in the clients' names it would teach the switches that they are here.</summary>
    private void SendOn()
    {
        var self = PhysicalAddress.Parse(File.ReadAllText($"/sys/class/net/{_bridge}/address").Trim()).GetAddressBytes();
        End(frame =>
        {
            self.CopyTo(frame.AsSpan(6));
            _socket.Send(frame, _bridge);
        });
    }

    private void End(Action<byte[]>? send)
    {
        lock (_lock)
        {
            if (_over)
                return;
            try
            {
                if (send is not null)
                    _kept.ForEach(send);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // An interface has gone, or a frame was never meant for a wire: inside one machine they may be large. The
                // clients' kernels send again what they have sent.
            }
            // Last: the listener closes the socket when it sees this.
            _over = true;
            _kept.Clear();
            _limit.Dispose();
        }
    }
}
