using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Ms2m.EventLog.Streams;

/// <summary>Tells readers in this process that any engine has appended. Holds one connection for them all.</summary>
public sealed partial class AppendedListener(
    NpgsqlDataSource store, TimeProvider time, ILogger<AppendedListener> logger) : BackgroundService
{
    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromSeconds(1);
    private TaskCompletionSource _next = NewSignal();

    /// <summary>Ends at the next append. Take it before reading: an append between the read and the wait then ends it
    /// at once. It may also end without an append.</summary>
    public Task NextAppend => Volatile.Read(ref _next).Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (NpgsqlException lost)
            {
                LogLost(lost);
                await Task.Delay(_pauseAfterFailure, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(CancellationToken token)
    {
        await using var connection = await store.OpenConnectionAsync(token);
        connection.Notification += (_, _) => Signal();
        await using (var listen = new NpgsqlCommand($"listen {AppendEvents.Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(token);
        }

        try
        {
            // Appends while nobody listened.
            Signal();
            while (true)
            {
                await connection.WaitAsync(token);
            }
        }
        finally
        {
            // The pool keeps session state; the next user of this connection must not go on listening.
            NpgsqlConnection.ClearPool(connection);
        }
    }

    private void Signal() => Interlocked.Exchange(ref _next, NewSignal()).SetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(3001, LogLevel.Warning, "Lost the connection that listens for appended events; readers poll until it is back")]
    private partial void LogLost(Exception exception);
}
