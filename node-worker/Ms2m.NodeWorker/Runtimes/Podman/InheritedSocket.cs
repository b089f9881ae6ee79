using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Two sockets connected with each other, of which a program that is started gets one by its number. Nobody else
/// can reach either.</summary>
internal sealed class InheritedSocket : IDisposable
{
    private const int Unix = 1;
    private const int Stream = 1;
    private const int CloseOnExec = 0x80000;
    private const int SetFlags = 2;

    private readonly int _ours;
    private bool _disposed;

    private InheritedSocket(int ours, int theirs) => (_ours, Number) = (ours, theirs);

    /// <summary>Of the socket that the program gets.</summary>
    public int Number { get; }

    /// <summary>One on which nothing will ever come: whoever reads is told at once that it has ended.</summary>
    public static InheritedSocket AtItsEnd()
    {
        var (ours, theirs) = Make();
        // First closed, then inherited: else a program that is started in between could keep it open.
        _ = Close(ours);
        _ = Control(theirs, SetFlags, 0);
        return new InheritedSocket(-1, theirs);
    }

    /// <summary>The program gets both: so it is never told that this side has ended, whatever becomes of the worker.</summary>
    public static InheritedSocket NeverEnding()
    {
        var (ours, theirs) = Make();
        _ = Control(ours, SetFlags, 0);
        _ = Control(theirs, SetFlags, 0);
        return new InheritedSocket(ours, theirs);
    }

    /// <summary>Once the program is started. No other one gets this side.</summary>
    public NetworkStream Open()
    {
        _ = Control(_ours, SetFlags, 1);
        Dispose();
        return new NetworkStream(new Socket(new SafeSocketHandle(_ours, ownsHandle: true)), ownsSocket: true);
    }

    /// <summary>This process keeps nothing of what the program has.</summary>
    public void Dispose()
    {
        if (!_disposed)
            _ = Close(Number);
        _disposed = true;
    }

    private static (int, int) Make()
    {
        var pair = new int[2];
        return SocketPair(Unix, Stream | CloseOnExec, 0, pair) == 0
            ? (pair[0], pair[1])
            : throw new IOException($"A pair of sockets cannot be made: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [DllImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SocketPair(int domain, int type, int protocol, int[] pair);

    [DllImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int file, int command, int flags);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int file);
}
