using System.Diagnostics;

namespace Ms2m.Architecture.Tests.Deploying;

/// <summary>kubectl, which renders manifests without a cluster, and the schema of the built-in types, as <c>.ci/kubernetes-tools</c>
/// fetches them. Once per run; where they cannot be had it says why.</summary>
internal static class KubernetesTools
{
    private static readonly Lazy<(string? Folder, string Why)> _found = new(Find);

    /// <summary>Null when the tools are here.</summary>
    public static string? Missing => _found.Value.Folder is null ? _found.Value.Why : null;

    public static string SchemaFile => Path.Combine(Folder, "internal.go");

    private static string Folder => _found.Value.Folder ?? throw new InvalidOperationException(_found.Value.Why);

    /// <summary>What <c>kubectl apply -k</c> would send.</summary>
    public static string Render(string folder)
    {
        var (code, output, error) = Run(Path.Combine(Folder, "kubectl"), "kustomize", folder);
        Assert.True(code == 0, $"kubectl kustomize {folder}: {error}");
        Assert.True(error.Length == 0, $"kubectl kustomize {folder} warns: {error}");
        return output;
    }

    public static (int Code, string Output, string Error) Run(string program, params string[] words)
    {
        var start = new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    private static (string? Folder, string Why) Find()
    {
        try
        {
            var (code, output, error) = Run(Path.Combine(Repository.Root, ".ci/kubernetes-tools"));
            return code == 0 ? (output.Trim(), "") : (null, $"the tools cannot be had ({error.Trim().Split('\n')[^1]})");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (null, $"the tools cannot be had ({e.Message})");
        }
    }
}

/// <summary>A test that wants kubectl and the API's schema; skipped, with the reason, where they cannot be fetched.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KubernetesToolsFactAttribute : FactAttribute
{
    public KubernetesToolsFactAttribute() => Skip = KubernetesTools.Missing;
}

/// <inheritdoc cref="KubernetesToolsFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KubernetesToolsTheoryAttribute : TheoryAttribute
{
    public KubernetesToolsTheoryAttribute() => Skip = KubernetesTools.Missing;
}
