using System.Collections.Immutable;
using System.Globalization;

namespace Ms2m.History.Comparing;

/// <summary>What two snapshots do not have in common.</summary>
public static class StateDiff
{
    /// <returns>By name; a value is absent where the snapshot has none of that name.</returns>
    public static ImmutableArray<Change> Between(Snapshot before, Snapshot after)
    {
        var (old, @new) = (Flat(before), Flat(after));
        return
        [
            .. old.Keys.Union(@new.Keys).Order(StringComparer.Ordinal)
                .Select(name => new Change(name, old.GetValueOrDefault(name), @new.GetValueOrDefault(name)))
                .Where(change => change.Before != change.After),
        ];
    }

    private static Dictionary<string, string> Flat(Snapshot snapshot)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["phase"] = $"{snapshot.Phase}",
            ["state"] = snapshot.State,
        };
        foreach (var (name, progress) in snapshot.Steps)
        {
            all[$"step {name}"] = progress.Attempt == 1
                ? $"{progress.Status}"
                : string.Create(CultureInfo.InvariantCulture, $"{progress.Status}, attempt {progress.Attempt}");
        }

        foreach (var (name, value) in snapshot.Facts)
        {
            all[name] = value;
        }

        return all;
    }
}

/// <summary>One thing that was different.</summary>
public sealed record Change(string Name, string? Before, string? After);
