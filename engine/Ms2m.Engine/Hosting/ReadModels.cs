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

    /// <summary>Returns when everything that is in the log now is in the read models, or after a second without.</summary>
    public async Task CatchUpAsync(CancellationToken token)
    {
        var (_, newest) = await projector.LookAsync(rows.Name, token);
        var begun = time.GetTimestamp();
        try
        {
            await RoundAsync(token);
            while ((await projector.LookAsync(rows.Name, token)).Mark < newest && time.GetElapsedTime(begun) < _patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), time, token);
                await RoundAsync(token);
            }
        }
        catch (Exception failure) when (failure is UnknownEventException or JsonException)
        {
            LogStuck(failure);
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
                // An event of a newer engine, for example: that engine will go on from here.
                if (Trouble != failure.Message)
                {
                    LogStuck(failure);
                }

                Trouble = failure.Message;
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

    // The projection keeps what it has folded so far: in this process one at a time.
    private async Task RoundAsync(CancellationToken token)
    {
        await _one.WaitAsync(token);
        try
        {
            while (true)
            {
                // Fewer, or somebody else is at work on it.
                if (await projector.NextAsync(rows, BatchSize, token) is not { Applied: BatchSize })
                {
                    return;
                }
            }
        }
        finally
        {
            _one.Release();
        }
    }

    [LoggerMessage(1701, LogLevel.Error, "The read models stand still; lists and figures are out of date until this is over")]
    private partial void LogStuck(Exception exception);
}
