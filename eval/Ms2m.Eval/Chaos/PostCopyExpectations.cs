namespace Ms2m.Eval.Chaos;

/// <summary>What must come of a fault where memory follows the process: docs/strategies.md, "Post-copy".</summary>
internal static class PostCopyExpectations
{
    private const string MemoryLost = "MS2M-0307";

    private const string Failed = "Failed";

    /// <summary>A target that hears nothing for a minute gives the memory up.</summary>
    private static readonly TimeSpan _givenUp = TimeSpan.FromSeconds(120);

    public static Expectation Of(Fault fault, Moment moment)
    {
        var committed = moment is Moment.Committed or Moment.FetchingPages;
        var ofSource = fault is Fault.SourceKilled;
        // Without any of these the rest of the memory never comes: the copy is killed, and who stands still is the last one.
        var ofCopy = committed && fault is
            Fault.SourceWorkerKilled or Fault.TargetWorkerKilled or Fault.ShadowKilled or Fault.PageDaemonKilled;
        return new Expectation(
            (fault, moment) switch
            {
                // Nobody else has all of its memory before the last page.
                (Fault.SourceKilled, Moment.RollingBack) => [Failed, "Cancelled"],
                _ when ofSource || ofCopy => [Failed],
                (_, Moment.FetchingPages) => ["Completed"],
                _ => Expectations.Endings(fault, moment),
            },
            StateMayDie: ofSource || ofCopy,
            EffectsMayRepeat: false,
            MayKeep: ofCopy,
            fault is Fault.SourceWorkerKilled && committed ? _givenUp : Expectations.DeadlineOf(fault),
            // Who finds out that the copy has died, its node or what it reads its memory with, depends.
            committed && fault is Fault.SourceKilled or Fault.SourceWorkerKilled ? MemoryLost : null,
            KeepsSource: ofCopy);
    }
}
