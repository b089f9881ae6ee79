using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Heartbeat;

/// <summary>What migrations have put on this node besides containers, so that the engine can tell what nobody needs any
/// more.</summary>
public sealed class Holdings(WorkerOptions options, ReservationBook book, Bases bases)
{
    public IReadOnlyList<Holding> All =>
    [
        .. book.Open.Select(reservation => new Holding(reservation.MigrationId, "reservation", 0)),
        .. In(options.IncomingFolder, "incoming-checkpoint"),
        .. In(options.PagesFolder, "incoming-checkpoint"),
        .. In(options.OutgoingFolder, "outgoing-checkpoint"),
        .. bases.All().Select(one => new Holding(one.MigrationId, Holding.Base, SizeOf(one.Folder))
        {
            Workload = one.Workload,
            StandbySince = one is { IsStandby: true, IsUsable: true } ? one.At : null,
        }),
    ];

    private static IEnumerable<Holding> In(string folder, string kind) =>
        from path in Directory.Exists(folder) ? Directory.GetDirectories(folder) : []
        let name = Path.GetFileName(path)
        where name.Length >= 32 && Guid.TryParseExact(name[..32], "N", out _)
        select new Holding(Guid.ParseExact(name[..32], "N"), kind, SizeOf(path));

    private static long SizeOf(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        }
        catch (IOException)
        {
            // It is being removed.
            return 0;
        }
    }
}
