using Ms2m.Contracts;
using Ms2m.NodeWorker.Completed;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Heartbeat;

/// <summary>Tells a migration at once when an instance that it relies on has ended by itself. It would find out at some
/// deadline otherwise.</summary>
public sealed partial class InstanceWatch(
    WorkerOptions options, IContainerRuntime runtime, StepDesk desk, IBusSender bus, HeartbeatSignal heartbeat,
    TimeProvider time, ILogger<InstanceWatch> log) : BackgroundService
{
    /// <summary>Also without an event: a container may end while nobody can watch.</summary>
    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan WatchAgainAfter = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Sending = TimeSpan.FromSeconds(5);

    private readonly HashSet<Participant> _told = [];
    private readonly SemaphoreSlim _look = new(0, 1);

    public override void Dispose()
    {
        _look.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(WatchAsync(stoppingToken), LookAgainAndAgainAsync(stoppingToken));

    /// <summary>Tells of every instance that has ended since it was looked at last.</summary>
    internal async Task LookAsync(CancellationToken cancel)
    {
        var before = desk.Participants();
        _told.IntersectWith(before);
        if (before.Count == _told.Count)
            return;
        if (await runtime.ListAsync(cancel) is not { Failed: false, Value: var containers })
            return;
        // Asked again: a command that ends the instance may have come while it was looked at.
        foreach (var participant in desk.Participants().Where(p => before.Contains(p) && !_told.Contains(p)))
        {
            var container = containers.FirstOrDefault(c => c.Name == participant.InstanceId);
            if (container is { HasEnded: false })
                continue;
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limited.CancelAfter(Sending);
            await bus.AnswerAsync(
                new InstanceExited(participant.MigrationId, participant.InstanceId, options.Node, container?.ExitCode),
                answered: null, limited.Token);
            _told.Add(participant);
            Ended(participant.MigrationId, participant.InstanceId, container?.ExitCode);
        }
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await runtime.WatchExitsAsync(LookNow, stopping);
                await Task.Delay(WatchAgainAfter, time, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task LookAgainAndAgainAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await _look.WaitAsync(AtLeastEvery, stopping))
                    heartbeat.Now();
                await LookAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Most likely the broker is away. What is not told is looked at again.
                NotTold(e.GetType().Name);
            }
        }
    }

    private void LookNow()
    {
        try
        {
            _look.Release();
        }
        catch (SemaphoreFullException)
        {
            // The look that is wanted already will see this too.
        }
    }

    [LoggerMessage(2304, LogLevel.Warning, "{MigrationId}: {Instance} has ended by itself, exit code {ExitCode}")]
    private partial void Ended(Guid migrationId, string instance, int? exitCode);

    [LoggerMessage(2305, LogLevel.Warning, "An instance's end could not be told: {Cause}")]
    private partial void NotTold(string cause);
}
