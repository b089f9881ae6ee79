namespace Ms2m.NodeWorker.Completed;

/// <summary>Keeps the desk's memory and its journal from growing with every migration that ever was.</summary>
public sealed class JournalKeeper(StepDesk desk, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            desk.Prune();
    }
}
