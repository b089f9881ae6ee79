namespace Ms2m.NodeWorker.Transfer.Standby;

/// <summary>Something on its way in that can be made to stop, and waited for.</summary>
internal sealed class Coming(CancellationToken broken) : IDisposable
{
    /// <summary>It looks at its token with every block. No migration waits longer than this for one that does not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(broken);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CancellationToken Token => _stop.Token;

    public void End() => _ended.TrySetResult();

    public async Task StopAsync()
    {
        try
        {
            await _stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
        await _ended.Task.WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop.Dispose();
}
