using Ms2m.Contracts;

namespace Ms2m.Migrations.Preflight;

/// <summary>What runs the containers of both nodes: podman, or what a kubelet uses.</summary>
internal static class RuntimeCheck
{
    private const string Check = "runtime";
    private const string Podman = "podman";

    public static PreCheckVerdict? Judge(Checked one) => (Of(one.Source), Of(one.Target)) switch
    {
        (null, _) or (_, null) => null,
        var ((source, _), (target, _)) when source != target => one.CopiesMemory
            ? Say.No(Check, Failures.RuntimesDiffer(source, target, one.Target.Node))
            : null,
        var ((name, source), (_, target)) when source.Major != target.Major => Say.Warn(
            Check, $"{name} is {source} on the source and {target} on the target.", "Bring both nodes to one line."),
        var ((name, source), (_, target)) => Say.Ok(Check, $"{name} {source} and {target}."),
    };

    /// <summary>A node of Kubernetes reports its runtime with its name, such as <c>containerd 2.1.9</c>; any other its
    /// podman.</summary>
    public static (string Name, Version Version)? Of(NodeReported node) =>
        node.Version(Check) is { } version ? (node.Versions![Check].Split(' ')[0], version)
        : node.Version(Podman) is { } podman ? (Podman, podman)
        : null;
}
