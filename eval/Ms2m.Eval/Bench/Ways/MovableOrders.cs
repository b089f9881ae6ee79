using Ms2m.Eval.Load;

namespace Ms2m.Eval.Bench.Ways;

/// <summary>The sample consumer, with a publisher and the checker.</summary>
internal sealed class MovableOrders(Cluster cluster, LoadedWorkload orders) : Movable
{
    private static readonly LoadOptions _load = new(Rate: 50, Publishers: 1, WorkMs: 10, StateMb: 27, WarmupSeconds: 2);

    /// <summary>Receipts of the last messages before the end.</summary>
    private static readonly TimeSpan _breath = TimeSpan.FromSeconds(1);

    public override string Node => orders.Node;

    public static async Task<Movable> Start(Cluster cluster, string node, Action<string> say, CancellationToken cancel) =>
        new MovableOrders(cluster, await LoadedWorkload.Start(cluster.Lab, cluster.Engine, cluster.Broker, node, _load, say, cancel));

    public override async Task<OneMove> Migrate(string target, Way way, CancellationToken cancel)
    {
        // One that has begun anew never catches up with what its former self had applied.
        if (way.Strategy != "cold")
        {
            await orders.Settle(cancel);
        }

        var migration = await MigrationRecord.Make(cluster, OrdersWorkload.Name, target, way.Move, _ => { }, cancel);
        orders.Moved(migration.View);
        await Task.Delay(_breath, cancel);
        return OneMove.Of(migration, orders.Check.LongestGapMs(migration.RequestedAt, TimeProvider.System.GetUtcNow()));
    }

    public override async Task<UsersVerdict> Conclude(CancellationToken cancel)
    {
        var verdict = await orders.Conclude(_ => { }, cancel);
        // What is not in the surviving state is lost to it, whoever applied it before.
        var lost = Math.Max(verdict.Lost, verdict.StateDigestMatches ? 0 : verdict.Published - verdict.Applied);
        // Its users publish and read messages: they keep no connection to it.
        return new UsersVerdict(0, lost, verdict.Duplicated, [.. verdict.Problems]);
    }

    public override ValueTask DisposeAsync() => orders.DisposeAsync();
}
