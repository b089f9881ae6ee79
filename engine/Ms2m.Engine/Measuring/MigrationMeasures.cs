using System.Threading.Channels;
using Ms2m.Contracts;
using Ms2m.Engine.Saga;
using Ms2m.EventLog;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.Engine.Measuring;

/// <summary>Counts what this engine has decided, after the commit, and measures each migration whose end it decided: from the
/// log, beside the work, so that no message waits for it.</summary>
public sealed partial class MigrationMeasures(
    EngineMetrics metrics, ReadStream readStream, TimeProvider time, ILogger<MigrationMeasures> logger) : BackgroundService
{
    private readonly Channel<(Guid Migration, string? Trace)> _ended = Channel.CreateUnbounded<(Guid, string?)>();

    /// <summary>Of one message.</summary>
    /// <param name="saga">As it is after it.</param>
    public void Follow(
        PgSession session, MigrationSaga saga, MigrationState before, IReadOnlyList<IMigrationMessage> events)
    {
        if (events.Count > 0)
        {
            session.OnCommitted(() => Count(saga, before, events));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var (migration, trace) in _ended.Reader.ReadAllAsync(stoppingToken))
            {
                await MeasureAsync(migration, trace, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next engine counts from nothing anyway.
        }
    }

    private void Count(MigrationSaga saga, MigrationState before, IReadOnlyList<IMigrationMessage> events)
    {
        if (before is MigrationState.NotStarted)
        {
            metrics.Started();
        }

        foreach (var retried in events.OfType<StepStarted>().Where(step => step.Attempt > 1))
        {
            metrics.Retried(retried.Step);
        }

        if (saga.State is MigrationState.Ended ended && before is not MigrationState.Ended)
        {
            metrics.Ended(ended.Outcome);
            _ended.Writer.TryWrite((saga.CorrelationId, saga.Trace));
        }
    }

    private async Task MeasureAsync(Guid migration, string? trace, CancellationToken token)
    {
        try
        {
            var events = await readStream.ReadAsync(migration, 1, token);
            var view = MigrationTimeline.Of(
                migration, [.. events.Select(one => ((IMigrationMessage)one.Data, one.Timestamp))], time.GetUtcNow());
            // What was never more than its outcome, such as a rejected request, had no phase.
            foreach (var phase in view.Phases.Where(phase => phase.Name != view.Phase))
            {
                metrics.Lasted(phase.Name, phase.Ms);
            }

            EngineTraces.Tell(view, trace, events);
            metrics.Took(view.Phase, view.TotalMs);
            if (view.InterruptionMs is { } interruption)
            {
                metrics.Interrupted(interruption);
            }
        }
#pragma warning disable CA1031 // Whatever one migration's log holds, the engine goes on and measures the next one.
        catch (Exception failure) when (failure is not OperationCanceledException || !token.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogNotMeasured(migration, failure.Message);
        }
    }

    [LoggerMessage(1801, LogLevel.Information, "Migration {MigrationId} is missing in the histograms: {Reason}")]
    private partial void LogNotMeasured(Guid migrationId, string reason);
}
