using MassTransit;
using Ms2m.Contracts;
using Ms2m.Migrations;

namespace Ms2m.Engine.Turns;

/// <summary>Tells waiting migrations whose turn has come, from time to time: where the hint of an ending migration was
/// lost, where patience has run out, and where an engine with other limits has been started.</summary>
internal sealed partial class TurnSweeper(
    LineReader lines, IBus bus, TimeProvider time, ILogger<TurnSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(5);
    private static readonly Uri _migrations = new($"exchange:{Names.Migrations}");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(_every, time, stoppingToken);
                await SweepAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                LogFailed(failure);
            }
        }
    }

    private async Task SweepAsync(CancellationToken token)
    {
        foreach (var next in Admission.MayStart(await lines.LookAsync(token), time.GetUtcNow()))
        {
            var endpoint = await bus.GetSendEndpoint(_migrations);
            await endpoint.Send(new AdmitMigration(next.MigrationId), token);
        }
    }

    [LoggerMessage(1401, LogLevel.Warning, "Looking for migrations whose turn has come failed; it will be tried again")]
    private partial void LogFailed(Exception exception);
}
