namespace Ms2m.Eval.Load;

/// <summary>Divides a migration's time between those who worked: the dump, the transfer, the restore, the replay, and
/// the engine, which has whatever none of them covers. The dump and the transfer overlap, so lengths are not added:
/// intervals are merged.</summary>
internal sealed record WhereTheTimeGoes(
    double? DumpMs, double? TransferMs, double? RestoreMs, double? AttachMs, double? ReplayMs, double? DrainMs, double EngineMs)
{
    public static WhereTheTimeGoes Of(MigrationRecord migration)
    {
        var dump = EndingAt(migration, "checkpoint_taken", "dumpMs");
        var transfer = EndingAt(migration, "transfer_completed", "transferMs");
        var restore = EndingAt(migration, "shadow_ready", "restoreMs");
        var attach = Between(migration, "shadow_ready", "shadow_attached");
        var replay = Between(migration, "shadow_attached", "cutover_decided");
        var drain = Between(migration, "cutover_decided", "replay_caught_up");
        var covered = Union([dump, transfer, restore, attach, replay, drain]);
        return new WhereTheTimeGoes(
            dump?.Ms, transfer?.Ms, restore?.Ms, attach?.Ms, replay?.Ms, drain?.Ms,
            Math.Max(0, migration.View.TotalMs - covered));
    }

    private static Interval? EndingAt(MigrationRecord migration, string type, string field) =>
        migration.TimeOf(type) is { } at && migration.WorkMs(type, field) is { } ms
            ? new Interval(at.AddMilliseconds(-ms), at)
            : null;

    private static Interval? Between(MigrationRecord migration, string first, string second) =>
        migration.TimeOf(first) is { } from && migration.TimeOf(second) is { } to && to >= from
            ? new Interval(from, to)
            : null;

    private static double Union(IEnumerable<Interval?> intervals)
    {
        var covered = 0.0;
        var until = DateTimeOffset.MinValue;
        foreach (var one in intervals.OfType<Interval>().OrderBy(one => one.From))
        {
            var from = one.From > until ? one.From : until;
            if (one.To > from)
            {
                covered += (one.To - from).TotalMilliseconds;
                until = one.To;
            }
        }

        return covered;
    }

    private sealed record Interval(DateTimeOffset From, DateTimeOffset To)
    {
        public double Ms => (To - From).TotalMilliseconds;
    }
}
