using System.Collections.Concurrent;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Reservations;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>Checkpoints that this node waits for, one for each reservation.</summary>
public sealed class IncomingCheckpoints(
    WorkerOptions options, ReservationBook book, Room room, ILogger<IncomingCheckpoints> log)
{
    private readonly ConcurrentDictionary<(Guid, int), IncomingCheckpoint> _open = new();

    /// <summary>Where the checkpoint of a migration with that digest lies complete; null when there is none.</summary>
    public string? Find(Guid migrationId, string digest)
    {
        if (book.Of(migrationId) is not { } reservation)
            return null;
        var incoming = For(reservation);
        return incoming.Complete is { } complete && complete.Digest == digest ? incoming.Images : null;
    }

    public async Task DiscardAsync(Guid migrationId)
    {
        foreach (var (key, incoming) in _open.Where(c => c.Key.Item1 == migrationId))
        {
            if (_open.TryRemove(key, out _))
                await incoming.DiscardAsync();
        }
        foreach (var folder in Folders().Where(f => Path.GetFileName(f).StartsWith($"{migrationId:N}", StringComparison.Ordinal)))
            PrivateFiles.DeleteFolder(folder);
    }

    /// <summary>Removes what an earlier life of the worker received for nobody, or only in part: the digest of a part
    /// is lost with the memory it was computed in.</summary>
    public void RemoveUnclaimed()
    {
        foreach (var folder in Folders())
        {
            var claimed = book.Open.Any(r => FolderOf(r) == folder)
                && File.Exists(Path.Combine(folder, CompleteCheckpoint.FileName));
            if (claimed)
                continue;
            TransferLog.Unclaimed(log, folder);
            PrivateFiles.DeleteFolder(folder);
        }
    }

    internal IncomingCheckpoint For(Reservation reservation) => _open.GetOrAdd(
        (reservation.MigrationId, reservation.Attempt),
        _ => new IncomingCheckpoint(
            FolderOf(reservation), reservation.MaxBytes, () => room.FreeForCheckpoints - options.ReserveBytes));

    private string FolderOf(Reservation reservation) =>
        Path.Combine(options.IncomingFolder, $"{reservation.MigrationId:N}-{reservation.Attempt}");

    private string[] Folders() =>
        Directory.Exists(options.IncomingFolder) ? Directory.GetDirectories(options.IncomingFolder) : [];
}
