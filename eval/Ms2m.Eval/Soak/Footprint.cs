using System.Globalization;
using Ms2m.Cli.Api;
using Ms2m.Eval.Lab;
using Ms2m.Eval.Load;
using Npgsql;

namespace Ms2m.Eval.Soak;

/// <summary>What the system takes at one moment: resident bytes, file descriptors, queues, files, rows. Each thing under
/// its name; what cannot be seen is absent.</summary>
internal sealed record Footprint(int AfterMigrations, IReadOnlyDictionary<string, double> Values)
{
    private static readonly string[] Counted = ["files", "journals", "containers", "mounts"];

    public static async Task<Footprint> Look(Cluster cluster, LabTool tool, int after, CancellationToken cancel)
    {
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        await LookAt(values, "engine", ["engine", "pid"], tool, cancel);
        foreach (var node in (await cluster.Engine.Nodes(cancel)).As<List<NodeView>>().Select(node => node.Node))
        {
            await LookAt(values, $"worker of {node}", ["worker", node, "pid"], tool, cancel);
            await LookInside(values, node, tool, cancel);
        }

        foreach (var (name, value) in await cluster.Broker.Footprint(cancel))
        {
            values[$"broker: {name}"] = value;
        }

        if (Environment.GetEnvironmentVariable("MS2M_STORE") is { Length: > 0 } store)
        {
            await using var database = NpgsqlDataSource.Create(store);
            await using var size = database.CreateCommand("select pg_database_size(current_database())::float8");
            values["store: bytes"] = (double)(await size.ExecuteScalarAsync(cancel))!;
        }

        return new Footprint(after, values);
    }

    private static async Task LookAt(
        SortedDictionary<string, double> values, string name, string[] pidOf, LabTool tool, CancellationToken cancel)
    {
        if (!int.TryParse(await tool.Run(pidOf, cancel), NumberStyles.Integer, CultureInfo.InvariantCulture, out var pid))
        {
            return;
        }

        values[$"{name}: descriptors"] = Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length;
        foreach (var line in await File.ReadAllLinesAsync($"/proc/{pid}/smaps_rollup", cancel))
        {
            if (line.StartsWith("Rss:", StringComparison.Ordinal) || line.StartsWith("Anonymous:", StringComparison.Ordinal))
            {
                var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                values[$"{name}: {(parts[0] == "Rss:" ? "resident" : "of it anonymous")} bytes"] =
                    1024 * double.Parse(parts[1], CultureInfo.InvariantCulture);
            }
        }
    }

    // A node remembers the commands of the last half hour, by design: counted on their own.
    private static async Task LookInside(
        SortedDictionary<string, double> values, string node, LabTool tool, CancellationToken cancel)
    {
        const string Script =
            "find /var/lib/ms2m -path /var/lib/ms2m/journal -prune -o -print | wc -l; "
            + "find /var/lib/ms2m/journal -mindepth 1 -maxdepth 1 2>/dev/null | wc -l; "
            + "podman ps -aq | wc -l; wc -l < /proc/mounts";
        var counts = (await tool.InNode(node, Script, cancel) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var (name, count) in Counted.Zip(counts))
        {
            values[$"{node}: {name}"] = double.Parse(count, CultureInfo.InvariantCulture);
        }
    }
}
