using System.Net;
using System.Net.Sockets;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Tests.Transfer.PostCopy;

/// <summary>A daemon that asks and ends when it is told to.</summary>
internal sealed class FakePageDaemon : IPageDaemon
{
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FakePageDaemon(Stream asks, Stream questions) => (Asks, Questions) = (asks, questions);

    /// <summary>CRIU's side.</summary>
    public Stream Asks { get; }

    public Stream Questions { get; }

    public Task<bool> Ended => _ended.Task;

    public static async Task<FakePageDaemon> StartAsync()
    {
        var (ours, theirs) = await PairAsync();
        return new FakePageDaemon(ours, theirs);
    }

    /// <summary>A channel, from the source's side and from the target's.</summary>
    public static async Task<(ChannelStream Source, ChannelStream Target)> ChannelAsync()
    {
        var (one, other) = await PairAsync();
        return (Over(one), Over(other));
    }

    public void End(bool allThere) => _ended.TrySetResult(allThere);

    /// <summary>Whether missing pages can be held.</summary>
    public bool Holds { get; set; } = true;

    public Task<bool> HoldPagesAsync() => Task.FromResult(Holds);

    public async ValueTask DisposeAsync()
    {
        End(allThere: false);
        await Asks.DisposeAsync();
        await Questions.DisposeAsync();
    }

    private static ChannelStream Over(Stream raw) =>
        new(raw, new PacedWire(null, TimeProvider.System), ChannelPatience.Usual, TimeProvider.System, raw.Dispose);

    private static async Task<(Stream, Stream)> PairAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        return (new NetworkStream(client, ownsSocket: true), new NetworkStream(await listener.AcceptSocketAsync(), ownsSocket: true));
    }
}
