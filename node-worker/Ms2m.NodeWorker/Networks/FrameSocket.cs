using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Ms2m.NodeWorker.Networks;

/// <summary>Frames on the node's wires, as they are. Sees only those that come in, but for one wire, and go to or come from
/// one hardware address; the kernel leaves out all others, which may be a gigabit a second.</summary>
internal sealed class FrameSocket : IDisposable
{
    private const int AnyProtocol = 0x0003;
    private const int SocketLevel = 1;
    private const int AttachFilter = 26;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly Socket _socket;

    /// <param name="except">The interface whose frames are not looked at.</param>
    public FrameSocket(PhysicalAddress address, string except)
    {
        // Without a protocol nothing comes in: first the filter, then the frames.
        _socket = new Socket(AddressFamily.Packet, SocketType.Raw, 0) { ReceiveTimeout = (int)Look.TotalMilliseconds };
        try
        {
            Filter(address.GetAddressBytes(), (uint)IndexOf(except));
            _socket.Bind(new LinkEndPoint(0));
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for a frame, but not for long; null when none came. A wait for longer could not be ended: a socket of
    /// this kind does not notice that it is closed.</summary>
    public byte[]? Receive(byte[] room)
    {
        try
        {
            return room[.._socket.Receive(room)];
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock
            or SocketError.NetworkDown or SocketError.Interrupted)
        {
            return null;
        }
    }

    /// <summary>Sends a frame through an interface.</summary>
    public void Send(byte[] frame, string through) => _socket.SendTo(frame, new LinkEndPoint(IndexOf(through)));

    public void Dispose() => _socket.Dispose();

    private static int IndexOf(string name) =>
        int.Parse(File.ReadAllText($"/sys/class/net/{name}/ifindex"), CultureInfo.InvariantCulture);

    // Classic BPF, eight bytes an instruction: code, jump if true, jump if false, operand.
    private void Filter(byte[] address, uint except)
    {
        const ushort loadByte = 0x30, loadHalf = 0x28, loadWord = 0x20, jumpIfEqual = 0x15, give = 0x06;
        const uint kindOfPacket = 0xFFFFF004, goingOut = 4, cameThrough = 0xFFFFF008;
        var (front, back) = (BinaryPrimitives.ReadUInt32BigEndian(address), (uint)BinaryPrimitives.ReadUInt16BigEndian(address.AsSpan(4)));
        (ushort Code, byte True, byte False, uint Operand)[] program =
        [
            (loadByte, 0, 0, kindOfPacket),
            (jumpIfEqual, 10, 0, goingOut),
            (loadWord, 0, 0, cameThrough),
            (jumpIfEqual, 8, 0, except),
            (loadWord, 0, 0, 0),
            (jumpIfEqual, 0, 2, front),
            (loadHalf, 0, 0, 4),
            (jumpIfEqual, 5, 0, back),
            (loadWord, 0, 0, 6),
            (jumpIfEqual, 0, 2, front),
            (loadHalf, 0, 0, 10),
            (jumpIfEqual, 1, 0, back),
            (give, 0, 0, 0),
            (give, 0, 0, 0x40000),
        ];
        var bytes = new byte[program.Length * 8];
        for (var at = 0; at < program.Length; at++)
        {
            MemoryMarshal.Write(bytes.AsSpan(at * 8), program[at].Code);
            bytes[(at * 8) + 2] = program[at].True;
            bytes[(at * 8) + 3] = program[at].False;
            MemoryMarshal.Write(bytes.AsSpan((at * 8) + 4), program[at].Operand);
        }
        var pinned = GCHandle.Alloc(bytes, GCHandleType.Pinned);
        try
        {
            // struct sock_fprog: a length, padding, and where the instructions are.
            var option = new byte[16];
            MemoryMarshal.Write(option, (ushort)program.Length);
            MemoryMarshal.Write(option.AsSpan(8), pinned.AddrOfPinnedObject());
            _socket.SetRawSocketOption(SocketLevel, AttachFilter, option);
        }
        finally
        {
            pinned.Free();
        }
    }

    /// <summary>struct sockaddr_ll of an interface; 0 for all.</summary>
    private sealed class LinkEndPoint(int index) : EndPoint
    {
        private const int Size = 20;

        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, Size);
            BinaryPrimitives.WriteUInt16BigEndian(address.Buffer.Span[2..], AnyProtocol);
            MemoryMarshal.Write(address.Buffer.Span[4..], index);
            return address;
        }

        public override EndPoint Create(SocketAddress socketAddress) => new LinkEndPoint(0);
    }
}
