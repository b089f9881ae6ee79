using System.Text.RegularExpressions;

namespace Ms2m.Eval.Chaos;

/// <summary>Every fault in every moment.</summary>
internal static partial class FaultMatrix
{
    private static readonly Moment[] BeforeTheShadow = [Moment.Pending, Moment.Checkpointing, Moment.Transferring];

    private static readonly Moment[] AfterTheRestore =
        [Moment.Replaying, Moment.Finalizing, Moment.Committed, Moment.RollingBack];

    public const string Shadow = "shadow";

    public const string Sequential = "sequential";

    public const string Live = "live";

    /// <summary>Strategies that lose nothing; of the others there is nothing to prove.</summary>
    public static IReadOnlyList<string> Strategies { get; } = [Shadow, Sequential, Live];

    public static IReadOnlyList<Cell> Cells { get; } = Of(Shadow);

    public static IReadOnlyList<Cell> Of(string strategy) =>
    [
        .. from fault in Enum.GetValues<Fault>()
           from moment in Enum.GetValues<Moment>()
           let reason = WhyNever(strategy, moment) ?? WhyNot(fault, moment)
           select new Cell(fault, moment, reason is null ? Expect(strategy, fault, moment) : null, reason, strategy),
    ];

    /// <summary>The name of a fault on the command line and in the table.</summary>
    public static string NameOf(Fault fault) => Capitals().Replace($"{fault}", "-$1").TrimStart('-').ToLowerInvariant();

    private static string? WhyNever(string strategy, Moment moment) => (strategy, moment) switch
    {
        (Sequential or Live, Moment.Replaying) => "nothing is replayed",
        (Live, Moment.Finalizing) => "the commit follows the restore at once",
        _ => null,
    };

    private static string? WhyNot(Fault fault, Moment moment) => fault switch
    {
        Fault.ShadowKilled when BeforeTheShadow.Contains(moment) => "there is no shadow yet",
        Fault.CheckpointCorrupted when moment is Moment.Pending or Moment.Checkpointing =>
            "nothing of the checkpoint has reached the target yet",
        Fault.CheckpointCorrupted when AfterTheRestore.Contains(moment) =>
            "the checkpoint is removed from the target once the shadow runs",
        Fault.TargetDiskFull when AfterTheRestore.Contains(moment) =>
            "nothing is written to the target's checkpoint room any more",
        _ => null,
    };

    private static Expectation Expect(string strategy, Fault fault, Moment moment) => new(
        strategy == Live && (fault, moment) is (Fault.SourceKilled, Moment.RollingBack) ? ["Failed", "Cancelled"] : Endings(fault, moment),
        StateMayDie(fault, moment),
        fault is Fault.SourceKilled or Fault.ShadowKilled or Fault.BrokerKilled,
        // The stopped source may be the last copy of the state, or behind what the shadow did before it died.
        (fault, moment) is (Fault.ShadowKilled, Moment.Committed)
            // A copy that does not hear what its source did after it was thawed is for a person to judge.
            || (strategy, fault, moment) is (Live, Fault.SourceKilled, Moment.RollingBack),
        // A broker needs ten seconds to come back, and on a busy machine more.
        TimeSpan.FromSeconds(fault is Fault.BrokerKilled ? 90 : 60));

    private static IReadOnlyList<string> Endings(Fault fault, Moment moment) => (fault, moment) switch
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
        (Fault.CheckpointCorrupted, _) => ["RolledBack"],
        (_, Moment.Pending) => ["Completed", "RolledBack", "Rejected"],
        _ => ["Completed", "RolledBack"],
    };

    private static bool StateMayDie(Fault fault, Moment moment) => (fault, moment) switch
    {
        (Fault.SourceKilled, Moment.Pending or Moment.Checkpointing or Moment.RollingBack) => true,
        // From the commit on the shadow is the workload.
        (Fault.ShadowKilled, Moment.Committed) => true,
        _ => false,
    };

    [GeneratedRegex("([A-Z])")]
    private static partial Regex Capitals();
}
