namespace Ms2m.Orders;

/// <summary>Simulated work of a certain length, without the processor. The timer of tasks is late by up to a millisecond or
/// more; a thread of its own that sleeps is not.</summary>
internal static class ExactPause
{
    private static readonly AutoResetEvent Wanted = new(false);
    private static TaskCompletionSource? waiting;
    private static int milliseconds;

    static ExactPause() => new Thread(Sleep, maxStackSize: 128 * 1024) { IsBackground = true, Name = "pause" }.Start();

    /// <summary>One pause at a time: there is one handler.</summary>
    public static Task For(int ms)
    {
        if (ms == 0)
        {
            return Task.CompletedTask;
        }
        milliseconds = ms;
        waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var done = waiting.Task;
        Wanted.Set();
        return done;
    }

    private static void Sleep()
    {
        while (Wanted.WaitOne())
        {
            Thread.Sleep(milliseconds);
            waiting!.SetResult();
        }
    }
}
