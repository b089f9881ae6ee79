using Ms2m.NodeWorker.Reservations;

namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>Lets go of bases that have waited too long for their workload to come back.</summary>
public sealed class BaseKeeper(Bases bases, ReservationBook book, TimeProvider time, ILogger<BaseKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Look();
    }

    private void Look()
    {
        try
        {
            bases.RemoveOld([.. book.Open.Select(reservation => reservation.Spec.Name)]);
        }
        catch (Exception e)
        {
            // Whatever it is: workloads depend on this worker, and on nothing that it keeps here.
            TransferLog.BaseNotRemoved(log, "(any)", e.Message);
        }
    }
}
