using Ms2m.Contracts;

namespace Ms2m.Migrations.Preflight;

/// <summary>Checkpoints are read by newer programs, and seldom by older ones.</summary>
internal static class VersionChecks
{
    public static PreCheckVerdict? Criu(Checked one) => !one.CopiesMemory ? null : (one.Source.Version("criu"), one.Target.Version("criu")) switch
    {
        (null, _) or (_, null) => null,
        var (source, target) when target < source => Say.No("criu", Failures.CriuOlder(source!, target!, one.Target.Node)),
        var (source, target) => Say.Ok("criu", $"CRIU {source} and {target}."),
    };

    public static PreCheckVerdict? Kernel(Checked one) => !one.CopiesMemory ? null : (one.Source.Version("kernel"), one.Target.Version("kernel")) switch
    {
        (null, _) or (_, null) => null,
        var (source, target) when Line(target!) < Line(source!) => Say.Warn(
            "kernel", $"The target's kernel {target} is older than the source's {source}: the program may use what it does not have.",
            "Choose a target whose kernel is as new."),
        var (source, target) => Say.Ok("kernel", $"Linux {source} and {target}."),
    };

    /// <summary>The version in a node's report; null where there is none that can be compared.</summary>
    public static Version? Version(this NodeReported node, string of)
    {
        var text = node.Versions?.GetValueOrDefault(of);
        var digits = new string([.. (text ?? "").SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(c => char.IsAsciiDigit(c) || c == '.')]).TrimEnd('.');
        return System.Version.TryParse(digits.Contains('.', StringComparison.Ordinal) ? digits : $"{digits}.0", out var version) ? version : null;
    }

    private static Version Line(Version version) => new(version.Major, version.Minor);
}
