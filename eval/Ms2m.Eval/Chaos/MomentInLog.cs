using Ms2m.Cli.Api;
using Ms2m.Contracts;

namespace Ms2m.Eval.Chaos;

/// <summary>Where a moment begins and ends in a migration's log. The log is the judge of when a fault struck.</summary>
internal sealed class MomentInLog(Variant variant)
{
    /// <summary>The moment that begins with this event, if one does.</summary>
    public Moment? BegunBy(LogEvent happened) => happened.Type switch
    {
        "migration_requested" => Moment.Pending,
        "promotion_committed" => Moment.Committed,
        "rollback_started" => Moment.RollingBack,
        "step_started" => StepOf(happened) switch
        {
            StepNames.PreCopy => Moment.PreCopying,
            StepNames.TakeCheckpoint => Moment.Checkpointing,
            StepNames.SendCheckpoint => Moment.Transferring,
            StepNames.RestoreShadow => Moment.Restoring,
            StepNames.FollowReplay => Moment.Replaying,
            StepNames.QuiesceSource when variant.Replays => Moment.Finalizing,
            // What stops first has its copy verified as soon as that is there.
            StepNames.AttachShadow when variant == Variant.Sequential => Moment.Finalizing,
            StepNames.CollectPages => Moment.FetchingPages,
            _ => null,
        },
        _ => null,
    };

    /// <summary>The log does not tell when a target begins to fetch what the source has pushed: whoever strikes then looks at
    /// the target, and the log says that the phase lasted still.</summary>
    public static Moment InLog(Moment moment) => moment == Moment.Pulling ? Moment.Transferring : moment;

    public static bool Ends(LogEvent happened) => happened.Type is
        "migration_completed" or "migration_rolled_back" or "migration_cancelled" or "migration_failed"
        or "migration_rejected";

    /// <summary>Whether something that happened between two times happened within the moment.</summary>
    public bool Holds(Moment moment, IReadOnlyList<LogEvent> log, DateTimeOffset from, DateTimeOffset to)
    {
        var (begin, end) = (Begin(moment, log), End(moment, log));
        return begin is not null && begin.At <= from && (end is null || to <= end.At);
    }

    public bool IsOver(Moment moment, IReadOnlyList<LogEvent> log) => End(moment, log) is not null;

    /// <summary>How long the moment had lasted.</summary>
    public double? Into(Moment moment, IReadOnlyList<LogEvent> log, DateTimeOffset at) =>
        Begin(moment, log) is { } begin ? (at - begin.At).TotalMilliseconds : null;

    private LogEvent? Begin(Moment moment, IReadOnlyList<LogEvent> log) =>
        log.FirstOrDefault(one => BegunBy(one) == InLog(moment));

    private LogEvent? End(Moment moment, IReadOnlyList<LogEvent> log) => Begin(moment, log) is { } begin
        ? log.FirstOrDefault(one => one.Version > begin.Version && IsNext(InLog(moment), one))
        : null;

    // A later attempt of a step begins its moment anew, not another one.
    private bool IsNext(Moment moment, LogEvent happened) =>
        Ends(happened)
        || (moment, happened.Type) is (Moment.PreCopying, "pre_copied") or (Moment.FetchingPages, "pages_collected")
        || (BegunBy(happened) is { } begun && begun != moment);

    private static string? StepOf(LogEvent happened) =>
        happened.Data.TryGetProperty("step", out var step) ? step.GetString() : null;
}
