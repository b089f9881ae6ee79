namespace Ms2m.NodeWorker.Completed;

/// <summary>The answers of one migration on their way to the broker: one after another, in the order in which they were
/// given. Who was superseded has said so before the one who supersedes him answers.</summary>
internal sealed class AnswerLine
{
    private readonly Lock _lock = new();
    private Task _tail = Task.CompletedTask;

    /// <summary>Ends when all that were added until now are sent.</summary>
    public Task Tail
    {
        get
        {
            lock (_lock)
                return _tail;
        }
    }

    public void Add(Func<Task> send)
    {
        lock (_lock)
            _tail = AfterAsync(_tail, send);
    }

    private static async Task AfterAsync(Task before, Func<Task> send)
    {
        // Not on the caller's thread: it holds the lane, and its message waits to be acknowledged.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        await send();
    }
}
