using System.Net;
using System.Net.Sockets;

namespace Ms2m.NodeWorker.Tests.Transfer;

/// <summary>A wire to a target that is cut after so many bytes towards it, or goes silent.</summary>
internal sealed class BreakingWire : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly Uri _target;
    private readonly int _breakAfter;
    private readonly int _times;
    private readonly Task _serving;
    private readonly MemoryStream _seen = new();
    private long _passed;

    public BreakingWire(Uri target, int breakAfter, int times = 1)
    {
        (_target, _breakAfter, _times) = (target, breakAfter, times);
        _listener.Start();
        Url = new UriBuilder(target) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _serving = ServeAsync();
    }

    public Uri Url { get; }

    public int Breaks { get; private set; }

    /// <summary>What a listener would have seen go towards the target.</summary>
    public byte[] Seen
    {
        get
        {
            lock (_seen)
                return _seen.ToArray();
        }
    }

    /// <summary>Whatever is put onto it is lost from then on, and nobody is told.</summary>
    public bool IsSilent { get; set; }

    public long Passed => Interlocked.Read(ref _passed);

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _listener.Stop();
        await _serving;
        _closed.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = ForwardAsync(await _listener.AcceptTcpClientAsync(_closed.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ForwardAsync(TcpClient source)
    {
        using var _ = source;
        using var target = new TcpClient();
        try
        {
            await target.ConnectAsync(_target.Host, _target.Port, _closed.Token);
            var back = BackAsync(target.GetStream(), source.GetStream());
            var buffer = new byte[8192];
            long here = 0;
            int read;
            while ((read = await source.GetStream().ReadAsync(buffer, _closed.Token)) > 0)
            {
                here += read;
                if (here > _breakAfter && Breaks < _times)
                {
                    Breaks++;
                    // A reset, as when a machine goes: what is under way is lost.
                    source.Client.LingerState = new LingerOption(true, 0);
                    target.Client.LingerState = new LingerOption(true, 0);
                    return;
                }
                Interlocked.Add(ref _passed, read);
                lock (_seen)
                    _seen.Write(buffer, 0, read);
                if (!IsSilent)
                    await target.GetStream().WriteAsync(buffer.AsMemory(0, read), _closed.Token);
            }
            if (IsSilent)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _closed.Token);
            await back;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // One end has gone; so does the other.
        }
    }

    private async Task BackAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[8192];
        int read;
        while ((read = await from.ReadAsync(buffer, _closed.Token)) > 0)
        {
            if (!IsSilent)
                await to.WriteAsync(buffer.AsMemory(0, read), _closed.Token);
        }
    }
}
