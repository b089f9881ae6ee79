using Ms2m.Clients;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Demo;

/// <summary>A demo of a server that knows nothing of this system: Redis, with a client that counts every answer over one
/// connection.</summary>
internal static class ServedDemo
{
    private const int Keys = 10_000;

    private const int AFew = 100;

    public static async Task<(DemoReport Report, MigrationRecord Migration)> Make(
        Cluster cluster, DemoOptions options, Progress progress, CancellationToken cancel)
    {
        progress.Say($"starting redis on {options.Source}, with {Keys} keys and a client that asks without pause");
        await using var server = await ServedWorkload.Start(cluster, ServerKind.Redis(Keys), options.Source, cancel);
        await server.Serves(AFew, cancel);
        server.Client.ForgetGap();
        progress.Say($"asking over AMQP, in plain JSON, for {server.Name} to move to {options.Target}");
        var migration = await server.Migrate(options.Target, options.Move, cancel);
        progress.Ended(migration.View);
        await server.Serves(AFew, cancel);
        var gap = server.Client.SoFar.LongestGapMs;
        await Task.Delay(TimeSpan.FromSeconds(options.AfterSeconds), cancel);
        var settled = await server.Settled(cancel);
        var seen = await server.Client.StopAsync(cancel);
        progress.Say("looking for anything left behind");
        var leftovers = await cluster.Leftovers.Find(server.Name, settled.InstanceId!, settled.Node!, cancel);
        return (Report(options, migration, seen, gap, leftovers), migration);
    }

    private static DemoReport Report(
        DemoOptions options, MigrationRecord migration, ClientReport seen, double gapMs, IReadOnlyList<string> leftovers)
    {
        var view = migration.View;
        IReadOnlyList<string> left = [.. leftovers.Concat(view.Leftovers ?? []).Distinct()];
        return new DemoReport(
            view.MigrationId, view.Phase, view.IsCompleted && view.Verified && seen.IsFlawless && left.Count == 0, view.Reason,
            view.SourceNode, view.TargetNode, view.Strategy, view.Transfer, Rate: 0, Publishers: 1, WorkMs: 0, StateMb: 0,
            view.Phases ?? [], view.TotalMs, migration.RequestToEndMs, view.InterruptionMs, view.FrozenMs, view.CheckpointBytes, view.WireBytes,
            view.ReplayedMessages, WhereTheTimeGoes.Of(migration),
            Published: seen.Requests, Applied: seen.Requests - seen.Lost, seen.Lost, seen.Duplicated, Reordered: 0,
            EffectsMissing: 0, EffectsRepeated: 0, StateDigestMatches: seen.Lost + seen.Duplicated == 0, MaxReceiptGapMs: gapMs, MaxLatencyMs: gapMs,
            Verified: view.Verified && seen.IsFlawless, view.Verified, Exact: seen.IsFlawless, seen.Problems, left)
        {
            ConnectionsBroken = seen.ConnectionsBroken,
        };
    }
}
