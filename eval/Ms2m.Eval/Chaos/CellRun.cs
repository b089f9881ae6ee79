using Ms2m.Checker;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.Eval.Chaos.Faults;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Chaos;

/// <summary>Runs a cell: a fresh loaded workload, one migration, one fault, and the verdict on what came of it.</summary>
internal sealed class CellRun(Cluster cluster, string source, string target, Action<string> say)
{
    private static readonly LoadOptions Load = new(Rate: 40, Publishers: 2, WorkMs: 3, StateMb: 27, WarmupSeconds: 1);

    /// <summary>Two thirds of the workload's capacity: a lag takes some seconds to drain, which makes the moments last in which
    /// it is drained. Much more, and on a busy machine it would not shrink at all.</summary>
    private const int MuchWorkMs = 14;

    /// <summary>A fault that struck outside of its moment shows nothing: it is tried again. Some moments last a quarter of a
    /// second, and a busy machine may look away for longer.</summary>
    private const int Tries = 8;

    /// <summary>After so many the moment is made to last by all means.</summary>
    private const int FreeTries = 2;

    private readonly Stage _stage = new(
        cluster.Tool ?? throw new CannotMeasureException(
            "MS2M-EVAL-NOLAB", "Faults are made by the lab's own command, and MS2M_LAB_TOOL names none.",
            "Start this through ./ms2m chaos."),
        source, target);

    public async Task<CellResult> Run(Cell cell, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = await Once(cell, attempt > FreeTries ? Hold.Of(cell, _stage) : null, cancel);
            // What is demanded depends on the moment; that nothing is lost does not.
            var isWrongAnyhow = result.Outcome is null || result.Lost + result.Duplicated + result.Reordered > 0;
            if (result.Landed || isWrongAnyhow || attempt == Tries)
            {
                return result;
            }

            say($"  it did not strike within {cell.Moment}: once more");
        }
    }

    private async Task<CellResult> Once(Cell cell, Hold? hold, CancellationToken cancel)
    {
        await cluster.Ready([source, target], cancel);
        if (cell.Variant.Server is { } kind)
        {
            return await new ServedCell(cluster, _stage, kind).Run(cell, hold, cancel);
        }

        await using var orders = await LoadedWorkload.Start(
            cluster.Lab, cluster.Engine, cluster.Broker, source, LoadFor(cell.Moment), _ => { }, cancel);
        var migration = new StruckMigration(cluster, _stage, cell, OrdersWorkload.Name, hold);
        await migration.Run(cancel);
        await cluster.Ready([source, target], cancel);
        return await Judge(cell, migration, orders, cancel);
    }

    private static LoadOptions LoadFor(Moment moment) => moment is Moment.Replaying or Moment.Finalizing or Moment.RollingBack
        ? Load with { WorkMs = MuchWorkMs }
        : Load;

    private async Task<CellResult> Judge(
        Cell cell, StruckMigration migration, LoadedWorkload orders, CancellationToken cancel)
    {
        var ended = migration.Ended;
        if (ended is not null)
        {
            orders.Moved(ended);
        }

        var result = Describe(cell, migration);
        var problems = new List<string>(ProblemsOfTheEnd(cell, ended));
        if (StateDied(cell, ended))
        {
            var left = await orders.ConcludeWithoutState(cluster.Lab, cancel);
            result = result with
            {
                StateDied = true,
                Published = left.Published,
                Applied = left.Applied,
                Lost = left.Lost,
                Duplicated = left.Duplicated,
                Waiting = left.Waiting,
            };
        }
        else
        {
            result = await Verdict(result, cell, orders, problems, cancel);
        }

        if (result.Lost + result.Duplicated + result.Reordered + result.EffectsMissing > 0)
        {
            problems.Add($"lost {result.Lost}, duplicated {result.Duplicated}, reordered {result.Reordered}, "
                + $"effects missing {result.EffectsMissing}");
        }

        var named = ended?.Leftovers ?? [];
        if (ended is null || (cell.Expected!.MayKeep && named.Count > 0))
        {
            return result with { Problems = problems, Kept = named };
        }

        var found = await cluster.Leftovers.Find(OrdersWorkload.Name, orders.Instance, orders.Node, cancel);
        if (cell.Variant.Transfer == TransferMode.Registry)
        {
            found = [.. found, .. await _stage.HeldByRegistry(cancel)];
        }

        return result with { Problems = problems, Leftovers = [.. found.Concat(named).Distinct()] };
    }

    private async Task<CellResult> Verdict(
        CellResult result, Cell cell, LoadedWorkload orders, List<string> problems, CancellationToken cancel)
    {
        Verdict verdict;
        try
        {
            verdict = await orders.Conclude(_ => { }, cancel);
        }
        catch (TimeoutException silent)
        {
            problems.Add(silent.Message);
            problems.Add(await _stage.LastWords(orders.Node, orders.Instance, cancel));
            return result;
        }

        problems.AddRange(verdict.Problems);
        if (verdict.EffectsRepeated > 0 && !cell.Expected!.EffectsMayRepeat)
        {
            problems.Add($"{verdict.EffectsRepeated} effects came twice, and nothing crashed that may repeat them");
        }

        return result with
        {
            Published = verdict.Published,
            Applied = verdict.Applied,
            Lost = verdict.Lost,
            Duplicated = verdict.Duplicated,
            Reordered = verdict.Reordered,
            EffectsMissing = verdict.EffectsMissing,
            EffectsRepeated = verdict.EffectsRepeated,
        };
    }

    internal static IEnumerable<string> ProblemsOfTheEnd(Cell cell, MigrationView? ended)
    {
        var expected = cell.Expected!;
        if (ended is null)
        {
            yield return $"no end within {expected.Deadline.TotalSeconds:0} s of the strike";
            yield break;
        }

        if (!expected.Endings.Contains(ended.Phase))
        {
            yield return $"it ended as {ended.Phase} ({ended.Reason}), not as {string.Join(" or ", expected.Endings)}";
        }

        if (ended.Phase == "Failed" && expected.Code is { } code && ended.Reason?.Code != code)
        {
            yield return $"its reason is {ended.Reason}, not {code}";
        }

        if (ended.IsCompleted && !ended.Verified && !ended.FailedOver)
        {
            yield return "it was completed without a verified handoff";
        }
    }

    internal static bool StateDied(Cell cell, MigrationView? ended) =>
        cell.Expected!.StateMayDie && (cell.Fault == Fault.ShadowKilled || ended is not { IsCompleted: true });

    internal static CellResult Describe(Cell cell, StruckMigration migration)
    {
        var moments = new MomentInLog(cell.Variant);
        var struck = migration.StruckTo;
        var ended = migration.Ended;
        return new CellResult(
            cell.Fault,
            cell.Moment,
            struck ?? TimeProvider.System.GetUtcNow(),
            migration.Id,
            struck is { } to && moments.Holds(cell.Moment, migration.Log, migration.StruckFrom!.Value, to),
            struck is { } at ? moments.Into(cell.Moment, migration.Log, at) : null,
            ended?.Phase,
            ended?.Reason,
            ended?.FailedOver ?? false,
            struck is not null && ended is not null ? (migration.Log[^1].At - struck.Value).TotalMilliseconds : null,
            false, 0, 0, 0, 0, 0, 0, 0, 0, [], [], []);
    }
}
