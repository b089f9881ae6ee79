using Ms2m.Eval.Load;

namespace Ms2m.Eval.Bench.Ways;

/// <summary>A server that knows nothing of this system, with a client that uses it without pause.</summary>
internal sealed class MovableServer(ServedWorkload server, string node) : Movable
{
    private const int AFew = 50;

    /// <summary>A migration allows for as much memory as the node last reported, and a server that has just started has grown
    /// since.</summary>
    private static readonly TimeSpan _twoReports = TimeSpan.FromSeconds(5);

    private string _node = node;

    public override string Node => _node;

    public static async Task<Movable> Start(Cluster cluster, ServerKind kind, string node, CancellationToken cancel)
    {
        var server = await ServedWorkload.Start(cluster, kind, node, cancel);
        await Task.Delay(_twoReports, cancel);
        return new MovableServer(server, node);
    }

    public override async Task<OneMove> Migrate(string target, Way way, CancellationToken cancel)
    {
        await server.Serves(AFew, cancel);
        server.Client.ForgetGap();
        var migration = await server.Migrate(target, way.Move, cancel);
        _node = migration.View.IsCompleted ? target : _node;
        await server.Serves(AFew, cancel);
        return OneMove.Of(migration, server.Client.SoFar.LongestGapMs);
    }

    public override async Task<UsersVerdict> Conclude(CancellationToken cancel)
    {
        await server.Settled(cancel);
        var seen = await server.Client.StopAsync(cancel);
        return new UsersVerdict(seen.ConnectionsBroken, seen.Lost, seen.Duplicated, seen.Problems);
    }

    public override ValueTask DisposeAsync() => server.DisposeAsync();
}
