using System.Collections.Concurrent;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Reservations;

/// <summary>The reservations of this node, on disk and so across restarts.</summary>
public sealed class ReservationBook
{
    private readonly WorkerOptions _options;
    private readonly ConcurrentDictionary<Guid, Reservation> _open = new();

    public ReservationBook(WorkerOptions options)
    {
        _options = options;
        PrivateFiles.CreateFolder(options.ReservationsFolder);
        foreach (var path in Directory.GetFiles(options.ReservationsFolder, "*.json"))
        {
            if (PrivateFiles.ReadJson<Reservation>(path) is { Spec: not null, SourceNode: not null, TokenDigest: not null } reservation)
                _open[reservation.MigrationId] = reservation;
            else
                File.Delete(path);
        }
    }

    public IReadOnlyCollection<Reservation> Open => _open.Values.ToList();

    public Reservation? Of(Guid migrationId) => _open.GetValueOrDefault(migrationId);

    public void Write(Reservation reservation)
    {
        PrivateFiles.ReplaceJson(PathOf(reservation.MigrationId), reservation);
        _open[reservation.MigrationId] = reservation;
    }

    public void Remove(Guid migrationId)
    {
        _open.TryRemove(migrationId, out _);
        File.Delete(PathOf(migrationId));
    }

    private string PathOf(Guid migrationId) => Path.Combine(_options.ReservationsFolder, $"{migrationId:N}.json");
}
