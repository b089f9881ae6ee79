using System.Diagnostics;

namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>Waits for a condition and says, when it does not come, what was awaited.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task<T> GetAsync<T>(string awaited, Func<Task<T?>> look)
        where T : class
    {
        var since = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        while (Stopwatch.GetElapsedTime(since) < Limit)
        {
            if (await look() is { } found)
                return found;
            await timer.WaitForNextTickAsync();
        }
        throw new TimeoutException($"Waited {Limit.TotalSeconds} s for {awaited}.");
    }

    public static Task HoldsAsync(string awaited, Func<bool> condition) =>
        GetAsync(awaited, () => Task.FromResult(condition() ? "it does" : null));

    public static async Task<T> WithinLimitAsync<T>(this Task<T> task, string awaited)
    {
        try
        {
            return await task.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {Limit.TotalSeconds} s for {awaited}.");
        }
    }

    public static Task WithinLimitAsync(this Task task, string awaited) => Wrap(task).WithinLimitAsync(awaited);

    private static async Task<bool> Wrap(Task task)
    {
        await task;
        return true;
    }
}
