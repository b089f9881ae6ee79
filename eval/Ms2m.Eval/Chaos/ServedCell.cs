using Ms2m.Contracts;
using Ms2m.Eval.Chaos.Faults;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Chaos;

/// <summary>A cell of a server that knows nothing of this system: its client is the judge, over the one connection that it
/// has.</summary>
internal sealed class ServedCell(Cluster cluster, Stage stage, ServerKind kind)
{
    private const int AFew = 20;

    /// <summary>Who serves at all has answered long before: the migration has ended.</summary>
    private static readonly TimeSpan _afterTheEnd = TimeSpan.FromSeconds(10);

    public async Task<CellResult> Run(Cell cell, Hold? hold, CancellationToken cancel)
    {
        await using var server = await ServedWorkload.Start(cluster, kind, stage.Source, cancel);
        await server.Serves(AFew, cancel);
        await server.TargetKnows(stage.Target, cell.Variant.Move, cancel);
        var source = (await server.Settled(cancel)).InstanceId!;
        var migration = new StruckMigration(cluster, stage, cell, server.Name, hold);
        await migration.Run(cancel);
        await cluster.Ready([stage.Source, stage.Target], cancel);
        return await Judge(cell, migration, server, source, cancel);
    }

    private async Task<CellResult> Judge(
        Cell cell, StruckMigration migration, ServedWorkload server, string source, CancellationToken cancel)
    {
        var result = CellRun.Describe(cell, migration);
        var problems = CellRun.ProblemsOfTheEnd(cell, migration.Ended).ToList();
        var kept = migration.Ended?.Leftovers ?? [];
        if (await Dead(cell, server, cancel))
        {
            return await JudgeLoss(cell, result with { StateDied = true, Problems = problems, Kept = kept }, server, source, cancel);
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

    /// <summary>What its clients were told until then must be true, and of what it was nothing may be left but what is kept on
    /// purpose.</summary>
    private async Task<CellResult> JudgeLoss(
        Cell cell, CellResult result, ServedWorkload server, string source, CancellationToken cancel)
    {
        var (seen, problems) = (server.Client.SoFar, result.Problems.ToList());
        if (seen.Lost + seen.Duplicated > 0)
        {
            problems.AddRange(seen.Problems);
        }

        if (cell.Expected!.KeepsSource && !await stage.Lives(stage.Source, source, cancel))
        {
            problems.Add($"what the source had is gone: {source} does not stand still on {stage.Source}");
        }

        // A migration that kept the source alone has removed the rest.
        var judged = !cell.Expected.MayKeep || result.Kept.All(one => one == StepNames.RemoveSource);
        return result with
        {
            Published = seen.Requests,
            Applied = seen.Requests,
            Lost = seen.Lost,
            Duplicated = seen.Duplicated,
            Problems = problems,
            Leftovers = judged ? [.. await cluster.Leftovers.Find(server.Name, source, stage.Source, cancel)] : [],
        };
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
            await server.Serves(AFew, _afterTheEnd, cancel);
            return false;
        }
        catch (CannotMeasureException)
        {
            return true;
        }
    }
}
