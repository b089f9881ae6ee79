using System.Net;
using System.Net.Sockets;

namespace Ms2m.Engine.Tests.Broker;

/// <summary>Stands between a client and the broker and, once told, carries nothing more in either direction and closes
/// nothing: what a frozen process or a partition looks like from the broker.</summary>
internal sealed class FreezingWire : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _ends = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly Uri _broker;
    private readonly Task _carrying;
    private volatile bool _frozen;

    public FreezingWire(Uri broker)
    {
        _broker = broker;
        _listener.Start();
        _carrying = CarryAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Freeze() => _frozen = true;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        _ends.ForEach(end => end.Dispose());
        await _carrying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task CarryAsync()
    {
        var client = await _listener.AcceptTcpClientAsync(_ending.Token);
        var broker = new TcpClient();
        _ends.AddRange([client, broker]);
        await broker.ConnectAsync(_broker.Host, _broker.Port, _ending.Token);
        await Task.WhenAll(CopyAsync(client.GetStream(), broker.GetStream()), CopyAsync(broker.GetStream(), client.GetStream()));
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, _ending.Token) is var read and > 0)
        {
            if (_frozen)
            {
                await Task.Delay(Timeout.Infinite, _ending.Token);
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _ending.Token);
        }
    }
}
