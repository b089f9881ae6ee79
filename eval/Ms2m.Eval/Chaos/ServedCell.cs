using Ms2m.Eval.Chaos.Faults;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Chaos;

/// <summary>A cell of a server that knows nothing of this system: its client is the judge, over the one connection that it
/// has.</summary>
internal sealed class ServedCell(Cluster cluster, Stage stage)
{
    /// <summary>Half a megabyte then takes four seconds.</summary>
    private const string SlowNetwork = "1mbit";

    private const int AFew = 20;

    public async Task<CellResult> Run(Cell cell, CancellationToken cancel)
    {
        await using var server = await ServedWorkload.Start(cluster, ServerKind.Redis(keys: 10_000), stage.Source, cancel);
        await server.Serves(AFew, cancel);
        await server.TargetKnows(stage.Target, new(cell.Strategy), cancel);
        var migration = new StruckMigration(cluster, cell, Blow.Of(cell.Fault, stage), server.Name, stage.Target);
        if (cell.Moment == Moment.Transferring)
        {
            await stage.Do(cancel, "network", "slow", stage.Target, SlowNetwork);
        }

        try
        {
            await migration.Run(cancel);
        }
        finally
        {
            await stage.Do(CancellationToken.None, "network", "fast", stage.Target);
        }

        await cluster.Ready([stage.Source, stage.Target], cancel);
        return await Judge(cell, migration, server, cancel);
    }

    private async Task<CellResult> Judge(Cell cell, StruckMigration migration, ServedWorkload server, CancellationToken cancel)
    {
        var result = CellRun.Describe(cell, migration);
        var problems = CellRun.ProblemsOfTheEnd(cell, migration.Ended).ToList();
        var kept = migration.Ended?.Leftovers ?? [];
        if (await Dead(cell, server, cancel))
        {
            return result with { StateDied = true, Problems = problems, Kept = kept };
        }

        try
        {
            await server.Serves(AFew, cancel);
            var settled = await server.Settled(cancel);
            var seen = await server.Client.StopAsync(cancel);
            problems.AddRange(seen.Problems);
            if (seen.ConnectionsBroken > 0)
            {
                problems.Add($"{seen.ConnectionsBroken} connection(s) broke");
            }

            return result with
            {
                Published = seen.Requests,
                Applied = seen.Requests,
                Lost = seen.Lost,
                Duplicated = seen.Duplicated,
                Problems = problems,
                Kept = kept,
                Leftovers = [.. await cluster.Leftovers.Find(server.Name, settled.InstanceId!, settled.Node!, cancel)],
            };
        }
        catch (CannotMeasureException silent)
        {
            problems.Add(silent.Message);
            return result with { Problems = problems, Kept = kept };
        }
    }

    /// <summary>Where the only holder of the state may have been killed, and nobody serves any more.</summary>
    private static async Task<bool> Dead(Cell cell, ServedWorkload server, CancellationToken cancel)
    {
        if (!cell.Expected!.StateMayDie)
        {
            return false;
        }

        try
        {
            await server.Serves(AFew, cancel);
            return false;
        }
        catch (CannotMeasureException)
        {
            return true;
        }
    }
}
