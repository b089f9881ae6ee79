using Ms2m.Contracts;
using Ms2m.Migrations.Plans;

namespace Ms2m.Migrations.Preflight;

/// <summary>Whether both nodes can send and take what was asked for, and whether asking for it means anything.</summary>
internal static class TransferChecks
{
    private const string Registry = "registry";

    public static PreCheckVerdict? Judge(Checked one)
    {
        var asked = one.Candidate.Transfer;
        if (!one.CopiesMemory)
        {
            return asked == new TransferOptions() ? null : Say.Warn(
                "transfer", "No memory is carried, so how it would travel means nothing.", "Leave the transfer out.");
        }

        return asked.Mode switch
        {
            TransferMode.Registry => First(one, node => node.Features.Any(feature => feature is { Name: Registry, Available: true }), Registry) is { } without
                ? without
                : asked.Compression == TransferCompression.Zstd
                    ? Say.Warn("transfer", "An image in a registry is not compressed.", "Leave the compression out.")
                    : Say.Ok("transfer", "Both nodes reach the registry."),
            TransferMode.Direct when asked.MaxRounds != new TransferOptions().MaxRounds && one.Candidate.Spec.Volumes is not { Count: > 0 } =>
                Say.Warn("transfer", "Nothing travels in rounds, so their number means nothing.", "Leave it out, or ask for delta."),
            TransferMode.Delta => First(one, Requirements.IsCurrent, "delta")
                ?? Say.Ok("transfer", "Only pages that the target does not have will travel."),
            _ => null,
        };
    }

    private static PreCheckVerdict? First(Checked one, Func<NodeReported, bool> has, string feature) =>
        !has(one.Source) ? Say.No("transfer", Failures.NodeLacks(one.Source.Node, feature))
        : !has(one.Target) ? Say.No("transfer", Failures.NodeLacks(one.Target.Node, feature))
        : null;
}
