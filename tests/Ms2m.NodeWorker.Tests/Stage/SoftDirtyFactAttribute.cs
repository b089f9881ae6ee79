using System.Diagnostics;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>A test that wants a kernel which tells what memory has changed; skipped, with what CRIU says of it, where this one does
/// not. <c>deploy/debian-kernel</c> brings one that does, and says so (<c>MS2M_SOFT_DIRTY=1</c>): there none is ever skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SoftDirtyFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> _missing = new(Look);

    public SoftDirtyFactAttribute() => Skip = _missing.Value;

    private static string? Look()
    {
        if (Environment.GetEnvironmentVariable("MS2M_SOFT_DIRTY") == "1")
            return null;
        LabNode node;
        try
        {
            node = LabNode.Get();
        }
        catch (InvalidOperationException)
        {
            // It fails for that by itself.
            return null;
        }
        var enter = node.Places("").Enter!;
        using var criu = Process.Start(new ProcessStartInfo(enter[0], [.. enter.Skip(1), "criu", "check", "--feature", "mem_dirty_track"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = criu.StandardError.ReadToEndAsync();
        var said = criu.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        criu.WaitForExit();
        return criu.ExitCode == 0 ? null
            : $"this kernel has no {PreDumpRules.Feature} (CONFIG_MEM_SOFT_DIRTY; CRIU says: {said.Trim().Split('\n')[^1]}): "
                + "run it under one that has, by deploy/debian-kernel";
    }
}
