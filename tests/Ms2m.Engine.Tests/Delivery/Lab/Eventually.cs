namespace Ms2m.Engine.Tests.Delivery.Lab;

/// <summary>Waits for what must come, and says what did not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(20);

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

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(_limit);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Waited {_limit.TotalSeconds:0} s for: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }
}
