namespace Ms2m.Engine.Hosting;

/// <summary>Something that the engine does from time to time until it stops. A failure is told and outlived: the next time
/// may be better, and none of it may stop the engine.</summary>
/// <param name="every">The pause between two times; never when absent.</param>
/// <param name="atOnce">Whether the first time is the start, not one pause later.</param>
public abstract class NowAndThen(TimeSpan? every, bool atOnce, TimeProvider time) : BackgroundService
{
    protected TimeProvider Time => time;

    protected abstract Task OnceAsync(CancellationToken token);

    protected abstract void Failed(Exception failure);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (every is not { } pause)
        {
            return;
        }

        if (!atOnce)
        {
            await PauseAsync(pause, stoppingToken);
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await OnceAsync(stoppingToken);
            }
            catch (Exception failure)
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    return;
                }

                Failed(failure);
            }

            await PauseAsync(pause, stoppingToken);
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken token) =>
        await Task.Delay(pause, time, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
