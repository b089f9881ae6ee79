namespace Ms2m.Eval.Chaos.Faults;

/// <summary>SIGKILL to all processes of the workload's container on a node at once, as when memory runs out. While a
/// shadow is being restored there may be none yet: then it strikes when the first appears.</summary>
internal sealed class KilledContainer(Stage stage, string node) : Blow
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);

    private string _group = "";

    public override async Task Prepare(CancellationToken cancel) =>
        _group = (await stage.Do(cancel, "node", node, "group")).Trim();

    public override async Task<bool> Strike(CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < Patience)
        {
            var struck = false;
            foreach (var container in Containers())
            {
                struck |= Kill(container);
            }

            if (struck)
            {
                return true;
            }

            await Task.Delay(Look, cancel);
        }

        return false;
    }

    private static bool Kill(string container)
    {
        try
        {
            if (File.ReadAllText(Path.Combine(container, "cgroup.procs")).Length == 0)
            {
                return false;
            }

            File.WriteAllText(Path.Combine(container, "cgroup.kill"), "1");
            return true;
        }
        catch (IOException)
        {
            // It ended by itself between the two looks.
            return false;
        }
    }

    // Podman gives each container a group named after its id, and its monitor another.
    private IEnumerable<string> Containers() =>
        Directory.Exists(_group)
            ? Directory.EnumerateDirectories(_group, "libpod-*", SearchOption.AllDirectories)
                .Where(path => !Path.GetFileName(path).Contains("conmon", StringComparison.Ordinal))
            : [];
}
