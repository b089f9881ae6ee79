using Microsoft.Extensions.Options;
using Ms2m.EventLog;
using Ms2m.EventLog.Timers;
using Npgsql;

namespace Ms2m.Engine.Delivery;

/// <summary>Sends timers when they are due. Several engines may do so at once; each timer is taken by one of them. A
/// crash between sending and deleting sends the timer again under the same id.</summary>
internal sealed partial class TimerRelay(
    NpgsqlDataSource store,
    StoredMessageSender sender,
    TimerSignal signal,
    TimeProvider time,
    IOptions<PgDeliveryOptions> options,
    ILogger<TimerRelay> logger) : BackgroundService
{
    private const int BatchSize = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var stored = signal.Next;
            var pause = options.Value.TimerPoll;
            try
            {
                if (await RelayAsync(stoppingToken))
                {
                    pause = await UntilNextAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                LogFailed(failure);
            }

            await stored.WaitAsync(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>False when something due could not be sent: a pause is better than trying it again at once.</returns>
    private async Task<bool> RelayAsync(CancellationToken token)
    {
        await using var session = new PgSession(store);
        while (true)
        {
            await session.BeginAsync(token);
            var due = await session.TakeDueTimersAsync(time.GetUtcNow(), BatchSize, token);
            var outcome = await sender.SendAsync(due.Select(timer => (timer.Token, timer.Message)), token);
            if (outcome.Confirmed.Length > 0)
            {
                session.DeferDeleteTimers(outcome.Confirmed);
            }

            await session.CommitAsync(token);
            if (outcome.Failure is not null || due.Count < BatchSize)
            {
                return outcome.Failure is null;
            }
        }
    }

    private async Task<TimeSpan> UntilNextAsync(CancellationToken token)
    {
        if (await store.NextTimerAsync(token) is not { } next)
        {
            return options.Value.TimerPoll;
        }

        var wait = next - time.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait < options.Value.TimerPoll ? wait : options.Value.TimerPoll;
    }

    [LoggerMessage(1206, LogLevel.Warning, "Looking for timers failed; it will be tried again")]
    private partial void LogFailed(Exception exception);
}
