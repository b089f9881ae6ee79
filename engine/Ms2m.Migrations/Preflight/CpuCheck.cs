using Ms2m.Contracts;

namespace Ms2m.Migrations.Preflight;

/// <summary>Whether the target's processor can do all that the source's can: a program asks once, at its start, and its
/// memory remembers the answer. Compares what <c>criu cpuinfo dump</c> wrote on both nodes.</summary>
internal static class CpuCheck
{
    public static PreCheckVerdict? Judge(Checked one)
    {
        if (!one.CopiesMemory || one.Source.Surroundings?.Cpu is not { } source || one.Target.Surroundings?.Cpu is not { } target)
        {
            return null;
        }

        if (source == target)
        {
            return Say.Ok("cpu", "The processors have the same features.");
        }

        return (Words(source), Words(target)) switch
        {
            (null, _) or (_, null) => Say.Warn(
                "cpu", "The processors differ, in a way that this version cannot read.", "See `criu cpuinfo check` on the target."),
            var (has, can) when Missing(has, can) is var missing and > 0 => Say.No("cpu", Failures.CpuLacks(missing, one.Target.Node)),
            _ => Say.Ok("cpu", "The target's processor can do all that the source's can."),
        };
    }

    private static int Missing(uint[] has, uint[] can) =>
        has.Select((word, at) => int.PopCount((int)(word & ~(at < can.Length ? can[at] : 0)))).Sum();

    private static uint[]? Words(string base64)
    {
        Span<byte> bytes = stackalloc byte[4096];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? CpuImage.Features(bytes[..length]) : null;
    }
}
