using System.Net.Sockets;

namespace Ms2m.Clients;

/// <summary>Uses a workload without pause, over connections that it keeps, and judges what it gets.</summary>
public abstract class WorkloadClient : IAsyncDisposable
{
    /// <summary>Far beyond what a migration may take; a connection that is silent for so long is broken.</summary>
    protected static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Nobody wants to know any more: a workload that is gone is not waited for.</summary>
    private readonly CancellationTokenSource _abandoned = new();
    private Task _running = Task.CompletedTask;

    protected WorkloadClient(string host, int port, TimeSpan pause)
    {
        (Host, Port, Pause) = (host, port, pause);
        Seen = new Observations(TimeProvider.System);
    }

    /// <summary>What was seen so far.</summary>
    public ClientReport SoFar => Seen.Report();

    /// <summary>From now on only new gaps count as the longest.</summary>
    public void ForgetGap() => Seen.ForgetGap();

    protected string Host { get; }

    protected int Port { get; }

    /// <summary>From one answer to the next request.</summary>
    protected TimeSpan Pause { get; }

    private protected Observations Seen { get; }

    /// <summary>Connects, and begins; returns when the workload has answered once.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        _running = RunAsync(_stopping.Token);
        while (SoFar.Requests == 0 && !_running.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancel);
        }
    }

    /// <summary>Ends after the answer that is awaited, and looks whether everything is there that was confirmed.</summary>
    public async Task<ClientReport> StopAsync(CancellationToken cancel)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(Silence + Patience, cancel);
        await JudgeAsync(cancel);
        return SoFar;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _abandoned.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Close();
        _stopping.Dispose();
        _abandoned.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens connections and makes the workload ready for the requests.</summary>
    protected abstract Task OpenAsync(CancellationToken cancel);

    /// <summary>Requests until it is told to stop. A broken connection is noted and opened again.</summary>
    protected abstract Task RunAsync(CancellationToken stopping);

    protected virtual Task JudgeAsync(CancellationToken cancel) => Task.CompletedTask;

    protected abstract void Close();

    /// <summary>A workload may need a moment until it listens.</summary>
    protected async Task<NetworkStream> ConnectAsync(CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel, _abandoned.Token);
                limited.CancelAfter(TimeSpan.FromSeconds(3));
                await socket.ConnectAsync(Host, Port, limited.Token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                cancel.ThrowIfCancellationRequested();
                _abandoned.Token.ThrowIfCancellationRequested();
                if (TimeProvider.System.GetElapsedTime(begun) > Patience)
                {
                    throw new TimeoutException($"{Host}:{Port} did not answer in {Patience.TotalSeconds:0} s: {e.Message}");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), cancel);
            }
        }
    }

    protected async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> answer)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(_abandoned.Token);
        limited.CancelAfter(Silence);
        try
        {
            return await answer(limited.Token);
        }
        catch (OperationCanceledException) when (!_abandoned.IsCancellationRequested)
        {
            throw new IOException($"no answer in {Silence.TotalSeconds:0} s");
        }
    }

    protected async Task RestAsync(CancellationToken stopping)
    {
        if (Pause > TimeSpan.Zero)
        {
            await Task.Delay(Pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
