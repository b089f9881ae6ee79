using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>CRIU is there and new enough: before 4.2 it cannot dump a process with a network socket on current
/// kernels.</summary>
public sealed class CriuVersionCheck : INodeCheck
{
    private static readonly Version Needed = new(4, 2);

    public bool IsEssential => true;

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var (code, said) = await Probe.RunAsync("criu", ["--version"], cancel);
        if (code != 0)
            return new NodeFeature("criu", false, $"criu does not run: {Probe.LastLine(said)}");
        var version = Parse(said);
        return version is null
            ? new NodeFeature("criu", false, $"its version cannot be read from '{said}'")
            : new NodeFeature("criu", version >= Needed,
                version >= Needed ? version.ToString() : $"{version} is older than {Needed}");
    }

    /// <summary>From lines such as <c>Version: 4.2.1</c>.</summary>
    public static Version? Parse(string said)
    {
        const string key = "Version:";
        var line = said.Split('\n').FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal));
        return Version.TryParse(line?[key.Length..].Trim(), out var version) ? version : null;
    }
}
