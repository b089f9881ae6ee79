using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Broker;

namespace Ms2m.Engine.Hosting;

/// <summary>Takes a few messages about no migration through the whole pipeline when the engine starts: connections are
/// opened, statements prepared and code compiled before the first migration has to wait for it. The saga discards them
/// without a trace.</summary>
internal sealed partial class WarmUp(IBusControl bus, ManagementApi management, ILogger<WarmUp> logger) : BackgroundService
{
    private const int Messages = 8;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
            var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{Names.Migrations}"));
            for (var i = 0; i < Messages; i++)
            {
                await endpoint.Send(new StepOverdue(Guid.Empty, StepNames.ReserveTarget, i), stoppingToken);
            }

            await management.BindingsOfAsync(Names.StartMigration, stoppingToken);
        }
        catch (Exception cold) when (cold is not OperationCanceledException)
        {
            LogCold(cold.Message);
        }
    }

    [LoggerMessage(1301, LogLevel.Information, "Could not warm up; the first migration takes a little longer: {Reason}")]
    private partial void LogCold(string reason);
}
