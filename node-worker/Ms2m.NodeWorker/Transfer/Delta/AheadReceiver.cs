using Ms2m.NodeWorker.Reservations;

namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>Takes memory that a workload's source sends ahead of the checkpoint. It is no checkpoint, only pages of which
/// the checkpoint may say that they are here.</summary>
public sealed class AheadReceiver(Bases bases, Admission admission, ILogger<TransferEndpoint> log)
{
    private int _number;

    internal async Task<Trouble?> ReceiveAsync(HttpContext http, Reservation reservation)
    {
        var folder = bases.FolderAhead(reservation, Interlocked.Increment(ref _number));
        using var incoming = new IncomingCheckpoint(folder, reservation.MaxBytes, () => bases.FreeAhead(reservation));
        var usable = false;
        try
        {
            var outcome = await incoming.ReceiveAsync(http.Request.Body, resume: false, [], http.RequestAborted);
            if (outcome.Failed)
                return outcome.Trouble;
            await Bases.MakeUsableAsync(folder, outcome.Value.Digest, http.RequestAborted);
            // The migration may have ended meanwhile, and with it the one who would remove this.
            usable = admission.IsOpen(reservation);
            TransferLog.ReceivedAhead(log, reservation.MigrationId, outcome.Value.Bytes);
            return usable ? null : NodeFailures.NotReserved();
        }
        finally
        {
            if (!usable)
                PrivateFiles.DeleteFolder(folder);
        }
    }
}
