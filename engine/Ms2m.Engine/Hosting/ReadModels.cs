using System.Text.Json;
using Ms2m.EventLog.Projections;
using Ms2m.EventLog.Streams;
using Ms2m.History.ReadModels;

namespace Ms2m.Engine.Hosting;

/// <summary>Keeps the read models up with the log. Every engine does: whoever holds a read model's row works on it.</summary>
public sealed partial class ReadModels(
    Projector projector, MigrationRows rows, AppendedListener appended, TimeProvider time, ILogger<ReadModels> logger)
    : BackgroundService
{
    private const int BatchSize = 1_000;

    // A migration in its course appends every few milliseconds: one transaction for some of them is enough.
    private static readonly TimeSpan _gather = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan _poll = TimeSpan.FromSeconds(1);

    // Who asks for a list would rather have yesterday's than none.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Why the read models stand still, if they do.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Returns when everything that was in the log at the call is in the read models, or after about a second
    /// without: a list of a moment ago is better than none.</summary>
    public async Task CatchUpAsync(CancellationToken token)
    {
        var (mark, newest) = await projector.LookAsync(rows.Name, token);
        var begun = time.GetTimestamp();
        try
        {
            while (mark < newest && _patience - time.GetElapsedTime(begun) is var left && left > TimeSpan.Zero)
            {
                // Busy in this process, or in another: look again in a moment.
                if (await BatchAsync(left, token) is not { Applied: > 0 })
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(10), time, token);
                }

                (mark, _) = await projector.LookAsync(rows.Name, token);
            }
        }
        catch (Exception failure) when (failure is UnknownEventException or JsonException)
        {
            // Told by the one that runs all the time.
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = appended.NextAppend;
            try
            {
                await RoundAsync(stoppingToken);
                Trouble = null;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // An event of a newer engine, for example: that engine will go on from here. What the driver says may name
                // addresses and users, and strangers may ask how we are.
                var trouble = failure is UnknownEventException or JsonException ? failure.Message : failure.GetType().Name;
                if (Trouble != trouble)
                {
                    LogStuck(failure);
                }

                Trouble = trouble;
                await Task.Delay(_poll, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await next.WaitAsync(_poll, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(_gather, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RoundAsync(CancellationToken token)
    {
        // Fewer: that was all. None: somebody else is at work on it.
        while (await BatchAsync(Timeout.InfiniteTimeSpan, token) is { Applied: BatchSize })
        {
        }
    }

    // The projection keeps what it has folded so far: in this process one at a time.
    private async Task<(long Mark, int Applied)?> BatchAsync(TimeSpan patience, CancellationToken token)
    {
        if (!await _one.WaitAsync(patience, token))
        {
            return null;
        }

        try
        {
            return await projector.NextAsync(rows, BatchSize, token);
        }
        finally
        {
            _one.Release();
        }
    }

    [LoggerMessage(1701, LogLevel.Error, "The read models stand still; lists and figures are out of date until this is over")]
    private partial void LogStuck(Exception exception);
}
