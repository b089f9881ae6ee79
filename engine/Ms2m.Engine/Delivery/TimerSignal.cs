namespace Ms2m.Engine.Delivery;

/// <summary>Wakes the relay when this engine has stored a timer, which may be due before the one it sleeps for.</summary>
internal sealed class TimerSignal
{
    private TaskCompletionSource _next = NewSignal();

    /// <summary>Ends at the next <see cref="Wake"/>. Take it before looking at the table.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Wake() => Interlocked.Exchange(ref _next, NewSignal()).SetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
