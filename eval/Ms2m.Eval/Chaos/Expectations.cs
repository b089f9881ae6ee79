namespace Ms2m.Eval.Chaos;

/// <summary>What must come of a fault in a moment. It follows from docs/strategies.md and docs/handoff.md, not from runs.</summary>
internal static class Expectations
{
    private static readonly string[] _undone = ["Completed", "RolledBack"];

    /// <summary>A broker needs ten seconds to come back, and on a busy machine more.</summary>
    internal static TimeSpan DeadlineOf(Fault fault) => TimeSpan.FromSeconds(fault is Fault.BrokerKilled ? 90 : 60);

    public static Expectation Of(Variant variant, Fault fault, Moment moment) =>
        variant.Move.PostCopy ? PostCopyExpectations.Of(fault, moment) : new(
            variant == Variant.Live && (fault, moment) is (Fault.SourceKilled, Moment.RollingBack) ? ["Failed", "Cancelled"] : Endings(fault, moment),
            StateMayDie(fault, moment),
            fault is Fault.SourceKilled or Fault.ShadowKilled or Fault.BrokerKilled,
            // The stopped source may be the last copy of the state, or behind what the shadow did before it died.
            (fault, moment) is (Fault.ShadowKilled, Moment.Committed)
                // A copy that does not hear what its source did after it was thawed is for a person to judge.
                || (variant == Variant.Live && (fault, moment) is (Fault.SourceKilled, Moment.RollingBack)),
            DeadlineOf(fault));

    /// <summary>Where memory does not follow the process.</summary>
    internal static IReadOnlyList<string> Endings(Fault fault, Moment moment) => (fault, moment) switch
    {
        // A source that dies while it is dumped has left a checkpoint or has not.
        // One that dies before the rollback has heard of it is failed over.
        (Fault.SourceKilled, Moment.Checkpointing or Moment.RollingBack) or (Fault.ShadowKilled, Moment.Committed) => ["Completed", "Failed"],
        _ when StateMayDie(fault, moment) => ["Failed"],
        // Only forward, whatever happens.
        (_, Moment.Committed) => ["Completed"],
        (_, Moment.RollingBack) => ["Cancelled"],
        // Its memory is in the checkpoint, its order in the journal.
        (Fault.SourceKilled, _) => ["Completed"],
        // What has gone ahead counts by its content alone: pages that are not what they were are sent.
        (Fault.CheckpointCorrupted, Moment.PreCopying or Moment.Checkpointing) => ["Completed"],
        (Fault.CheckpointCorrupted, _) => ["RolledBack"],
        // It has done its part.
        (Fault.RegistryKilled, Moment.Restoring) => ["Completed"],
        (_, Moment.Pending) => [.. _undone, "Rejected"],
        _ => _undone,
    };

    private static bool StateMayDie(Fault fault, Moment moment) => (fault, moment) switch
    {
        (Fault.SourceKilled, Moment.Pending or Moment.PreCopying or Moment.Checkpointing or Moment.RollingBack) => true,
        // From the commit on the shadow is the workload.
        (Fault.ShadowKilled, Moment.Committed) => true,
        _ => false,
    };
}
