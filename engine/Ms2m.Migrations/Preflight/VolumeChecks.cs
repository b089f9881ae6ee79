using System.Globalization;
using Ms2m.Contracts;

namespace Ms2m.Migrations.Preflight;

/// <summary>How a workload's volumes would travel, and whether somebody waits for them.</summary>
internal static class VolumeChecks
{
    private const string Rsync = "rsync";

    public static PreCheckVerdict? Judge(Checked one)
    {
        if (one.Candidate.Spec.Volumes is not { Count: > 0 } volumes)
        {
            return null;
        }

        if (!one.CopiesMemory)
        {
            return Say.Warn("volumes", "What is in its volumes is left behind, as its memory is.", "Choose another strategy if it is needed.");
        }

        if (one.Candidate.Transfer.Mode == TransferMode.Registry)
        {
            return Say.Warn("volumes", "Through a registry its volumes travel within the checkpoint, while it stands still.",
                "Choose another transfer when they are large.");
        }

        foreach (var node in (NodeReported[])[one.Source, one.Target])
        {
            if (!node.Features.Any(feature => feature is { Name: Rsync, Available: true }))
            {
                return Say.Warn("volumes", $"{node.Node} has no rsync: its volumes travel within the checkpoint, while it stands still.",
                    "Install rsync on both nodes.");
            }
        }

        return Say.Ok("volumes", one.Candidate.Instance.VolumeBytes is { } bytes
            ? string.Create(CultureInfo.InvariantCulture, $"{volumes.Count} of {bytes / 1e6:0} MB travel(s) while it runs, and what has changed when it stands still.")
            : "They travel while it runs, and what has changed when it stands still.");
    }
}
