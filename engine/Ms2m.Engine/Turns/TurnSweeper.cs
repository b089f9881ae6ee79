using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Hosting;
using Ms2m.Migrations;

namespace Ms2m.Engine.Turns;

/// <summary>Tells waiting migrations whose turn has come, from time to time: where the hint of an ending migration was
/// lost, where patience has run out, and where an engine with other limits has been started.</summary>
internal sealed partial class TurnSweeper(
    LineReader lines, IBus bus, TimeProvider time, ILogger<TurnSweeper> logger)
    : NowAndThen(TimeSpan.FromSeconds(5), atOnce: false, time)
{
    private static readonly Uri _migrations = new($"exchange:{Names.Migrations}");

    protected override async Task OnceAsync(CancellationToken token)
    {
        foreach (var next in Admission.MayStart(await lines.LookAsync(token), Time.GetUtcNow()))
        {
            var endpoint = await bus.GetSendEndpoint(_migrations);
            await endpoint.Send(new AdmitMigration(next.MigrationId), token);
        }
    }

    [LoggerMessage(1401, LogLevel.Warning, "Looking for migrations whose turn has come failed; it will be tried again")]
    protected override partial void Failed(Exception failure);
}
