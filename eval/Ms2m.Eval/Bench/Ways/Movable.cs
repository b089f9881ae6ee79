using Ms2m.Eval.Load;

namespace Ms2m.Eval.Bench.Ways;

/// <summary>Something that is moved back and forth while somebody uses it, and judged at the end.</summary>
internal abstract class Movable : IAsyncDisposable
{
    public const string Orders = "orders";

    public const string Redis = "redis";

    public const string Mosquitto = "mosquitto";

    public const string Memory = "memory-1gb";

    public abstract string Node { get; }

    public static async Task<Movable> Start(Cluster cluster, Way way, string node, Action<string> say, CancellationToken cancel) => way.Workload switch
    {
        Orders => await MovableOrders.Start(cluster, node, say, cancel),
        Redis => await MovableServer.Start(cluster, ServerKind.Redis(keys: 10_000), node, cancel),
        Mosquitto => await MovableServer.Start(cluster, ServerKind.Mosquitto, node, cancel),
        // A fiftieth of it changes while it moves.
        Memory => await MovableServer.Start(cluster, ServerKind.Memory(megabytes: 1024, percent: 1), node, cancel),
        _ => throw new ArgumentOutOfRangeException(nameof(way), way.Workload, "There is no such workload."),
    };

    /// <summary>Moves it once.</summary>
    public abstract Task<OneMove> Migrate(string target, Way way, CancellationToken cancel);

    /// <summary>What its users say of the whole time.</summary>
    public abstract Task<UsersVerdict> Conclude(CancellationToken cancel);

    public abstract ValueTask DisposeAsync();
}

/// <summary>One migration.</summary>
/// <param name="GapMs">The longest silence that its users saw while it moved.</param>
/// <param name="WireBytes">Everything that went from node to node for it, rounds before the checkpoint included.</param>
internal sealed record OneMove(
    string Outcome, string? Reason, double TotalMs, double GapMs, double? FrozenMs, long? CheckpointBytes, long? WireBytes)
{
    public static OneMove Of(MigrationRecord migration, double gapMs)
    {
        var ahead = migration.Events.Where(one => one.Type == "pre_copied")
            .SelectMany(one => one.Data.GetProperty("rounds").EnumerateArray()).Sum(round => round.GetProperty("wireBytes").GetInt64());
        return new OneMove(
            migration.View.Phase, migration.View.Reason?.Message, migration.View.TotalMs, gapMs, migration.View.FrozenMs,
            migration.View.CheckpointBytes, migration.View.WireBytes is { } bytes ? bytes + ahead : null);
    }
}

/// <summary>What users have to say.</summary>
internal sealed record UsersVerdict(int ConnectionsBroken, long Lost, long Duplicated, IReadOnlyList<string> Problems);
