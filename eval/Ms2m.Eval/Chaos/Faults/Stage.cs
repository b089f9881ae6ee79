using Ms2m.Eval.Lab;

namespace Ms2m.Eval.Chaos.Faults;

/// <summary>Where a fault strikes.</summary>
internal sealed record Stage(LabTool Lab, string Source, string Target)
{
    private static readonly TimeSpan _registryPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);

    /// <summary>Asks the lab for something that must not fail.</summary>
    public async Task<string> Do(CancellationToken cancel, params string[] arguments) =>
        await Lab.Run(arguments, cancel) ?? throw new CannotMeasureException(
            "MS2M-EVAL-LAB", $"'lab {string.Join(' ', arguments)}' failed.", "Run it by hand, and see './ms2m lab status'.");

    /// <summary>Images in the lab's registry, each what a workload had in its memory; when none is left, or patience is. A worker that
    /// did not find the registry looks for it again.</summary>
    public async Task<IReadOnlyList<string>> HeldByRegistry(CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var held = (await Do(cancel, "registry", "held")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (held.Length == 0 || TimeProvider.System.GetElapsedTime(begun) > _registryPatience)
            {
                return [.. held.Select(one => $"{one} in the registry")];
            }

            await Task.Delay(_look, cancel);
        }
    }

    /// <summary>Whether an instance's processes are there, frozen or not.</summary>
    public async Task<bool> Lives(string node, string instance, CancellationToken cancel) => (await Lab.InNode(
        node, $"podman inspect --format '{{{{.State.Running}}}}' {instance}", cancel))?.Trim() == "true";

    /// <summary>What podman knows of an instance that does not answer, and the end of what it said.</summary>
    public async Task<string> LastWords(string node, string instance, CancellationToken cancel) => (await Lab.InNode(
        node, $"podman ps --all --filter name={instance} --format '{{{{.Names}}}} {{{{.Status}}}}'; podman logs --tail 8 {instance} 2>&1",
        cancel))?.Trim().ReplaceLineEndings(" / ") ?? $"{node} does not answer either";
}
