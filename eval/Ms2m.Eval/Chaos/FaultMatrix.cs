using System.Text.RegularExpressions;
using Ms2m.Contracts;

namespace Ms2m.Eval.Chaos;

/// <summary>Every fault in every moment.</summary>
internal static partial class FaultMatrix
{
    private static readonly Moment[] _beforeTheShadow =
        [Moment.Pending, Moment.PreCopying, Moment.Checkpointing, Moment.Transferring, Moment.Pulling];

    private static readonly Moment[] _afterTheRestore =
        [Moment.Replaying, Moment.Finalizing, Moment.Committed, Moment.FetchingPages, Moment.RollingBack];

    public static IReadOnlyList<Cell> Of(Variant variant) =>
    [
        .. from fault in variant.Faults
           from moment in variant.Moments
           let reason = WhyNever(variant, moment) ?? WhyNot(variant, fault, moment)
           select new Cell(fault, moment, reason is null ? Expectations.Of(variant, fault, moment) : null, reason, variant),
    ];

    /// <summary>The name of a fault on the command line and in the table.</summary>
    public static string NameOf(Fault fault) => Capitals().Replace($"{fault}", "-$1").TrimStart('-').ToLowerInvariant();

    private static string? WhyNever(Variant variant, Moment moment) => moment switch
    {
        Moment.Replaying when !variant.Replays => "nothing is replayed",
        Moment.Finalizing when variant.Server is not null => "the commit follows the restore at once",
        Moment.Pending when variant.Transfer != TransferMode.Direct =>
            "nothing of the transfer has begun: it is what direct does",
        Moment.Replaying or Moment.Finalizing or Moment.Committed when variant.Transfer != TransferMode.Direct =>
            "nothing of the transfer is left: it is what direct does",
        _ => null,
    };

    private static string? WhyNot(Variant variant, Fault fault, Moment moment) => fault switch
    {
        Fault.ShadowKilled when _beforeTheShadow.Contains(moment) => "there is no shadow yet",
        Fault.CheckpointCorrupted when HasNothingYet(variant, moment) => "nothing of the checkpoint has reached the target yet",
        Fault.CheckpointCorrupted when _afterTheRestore.Contains(moment) =>
            "the checkpoint is removed from the target once the shadow runs",
        Fault.TargetDiskFull when _afterTheRestore.Contains(moment) =>
            "nothing is written to the target's checkpoint room any more",
        Fault.PageDaemonKilled when _beforeTheShadow.Contains(moment) => "it is started with the restore",
        Fault.PageDaemonKilled when moment is Moment.RollingBack => "it is ended by the rollback itself",
        _ => null,
    };

    private static bool HasNothingYet(Variant variant, Moment moment) => moment switch
    {
        Moment.Pending => true,
        // What has gone ahead is there.
        Moment.Checkpointing => variant.Transfer != TransferMode.Delta,
        Moment.Transferring => variant.Transfer == TransferMode.Registry,
        _ => false,
    };

    [GeneratedRegex("([A-Z])")]
    private static partial Regex Capitals();
}
