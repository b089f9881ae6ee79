namespace Ms2m.NodeWorker.Transfer.Channels;

/// <summary>The channels to this node that are open: one for each migration and purpose.</summary>
public sealed class OpenChannels
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(Guid MigrationId, string Purpose), Serving> _open = [];

    /// <summary>Runs while it is the newest of its migration and purpose: one that is open already belongs to a connection
    /// that the source has given up, and is closed before.</summary>
    /// <param name="isWanted">Asked when it can be closed: what was admitted before may not be any more.</param>
    public async Task RunAsync(
        Guid migrationId, string purpose, Func<bool> isWanted, Func<CancellationToken, Task> serve, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var mine = new Serving(stop, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Serving? former;
        lock (_lock)
        {
            _open.Remove((migrationId, purpose), out former);
            _open[(migrationId, purpose)] = mine;
        }
        try
        {
            if (former is not null)
                await CloseAsync(former);
            stop.Token.ThrowIfCancellationRequested();
            if (!isWanted())
                throw new OperationCanceledException("The migration has no more use for it.");
            await serve(stop.Token);
        }
        finally
        {
            lock (_lock)
            {
                if (_open.GetValueOrDefault((migrationId, purpose)) == mine)
                    _open.Remove((migrationId, purpose));
            }
            mine.Ended.SetResult();
        }
    }

    /// <summary>Closes those of a migration, and waits until nobody works for them any more.</summary>
    /// <param name="purpose">When only those for this purpose.</param>
    public async Task CloseAsync(Guid migrationId, string? purpose = null)
    {
        List<Serving> open;
        lock (_lock)
        {
            open = [.. _open.Where(one => one.Key.MigrationId == migrationId && (purpose is null || one.Key.Purpose == purpose))
                .Select(one => one.Value)];
        }
        foreach (var one in open)
            await CloseAsync(one);
    }

    private static async Task CloseAsync(Serving one)
    {
        try
        {
            await one.Stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
        await one.Ended.Task;
    }

    private sealed record Serving(CancellationTokenSource Stop, TaskCompletionSource Ended);
}
