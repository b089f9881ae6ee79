namespace Ms2m.EventLog.Tests.Lab;

/// <summary>Waits for what must come, and says what did not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(15);

    public static async Task<T> WithinAsync<T>(this Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(_limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {_limit.TotalSeconds:0} s for: {what}");
        }
    }

    public static Task WithinAsync(this Task task, string what) => AsValue(task).WithinAsync(what);

    private static async Task<bool> AsValue(Task task)
    {
        await task;
        return true;
    }
}
