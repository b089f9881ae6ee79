using System.Threading.Channels;
using Ms2m.EventLog.Outbox;
using Npgsql;

namespace Ms2m.Engine.Delivery;

/// <summary>Deletes messages from the outbox that the broker has confirmed: in the background and many at a time, so
/// that no message waits for it. What a crash keeps it from deleting is sent again under the same id.</summary>
internal sealed partial class DeliveredOutbox(
    NpgsqlDataSource store, InFlight inFlight, TimeProvider time, ILogger<DeliveredOutbox> logger)
    : BackgroundService, IHostedLifecycleService
{
    // Long enough to gather the messages of one burst, short against the age at which they count as left behind.
    private static readonly TimeSpan _gather = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromSeconds(1);
    private readonly Channel<Guid[]> _confirmed = Channel.CreateUnbounded<Guid[]>();
    private readonly List<Guid> _toDelete = [];

    public void Forget(Guid[] ids)
    {
        if (ids.Length > 0)
        {
            _confirmed.Writer.TryWrite(ids);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (_toDelete.Count == 0)
                {
                    await _confirmed.Reader.WaitToReadAsync(stoppingToken);
                    await Task.Delay(_gather, time, stoppingToken);
                }

                await DeleteAsync(stoppingToken);
            }
            catch (NpgsqlException failure)
            {
                LogNotDeleted(failure, _toDelete.Count);
                await Task.Delay(_pauseAfterFailure, time, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
        }
    }

    /// <summary>An orderly end leaves nothing to send twice. The bus has stopped by now, so no more will come.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DeleteAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is NpgsqlException or OperationCanceledException)
        {
            LogNotDeleted(failure, _toDelete.Count);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task DeleteAsync(CancellationToken token)
    {
        while (_confirmed.Reader.TryRead(out var more))
        {
            _toDelete.AddRange(more);
        }

        if (_toDelete.Count > 0)
        {
            await store.ForgetDeliveredAsync([.. _toDelete], token);
            inFlight.End(_toDelete);
            _toDelete.Clear();
        }
    }

    [LoggerMessage(1202, LogLevel.Warning, "{Count} messages are with the broker but could not be deleted from the outbox yet")]
    private partial void LogNotDeleted(Exception exception, int count);
}
