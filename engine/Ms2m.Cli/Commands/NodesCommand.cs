using System.CommandLine;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Spectre.Console;

namespace Ms2m.Cli.Commands;

/// <summary>Lists nodes.</summary>
internal static class NodesCommand
{
    public static Command Create() => new Command("nodes", "List nodes, what they can do and what runs there").Does(async call =>
    {
        var answer = await call.Engine.Nodes(call.Cancel);
        if (call.Output.Json)
        {
            call.Output.Document(answer);
            return ExitCodes.Success;
        }

        var nodes = answer.As<List<NodeView>>();
        if (nodes.Count == 0)
        {
            call.Output.Say($"No node has reported yet. Is a node worker running? On one machine: ./ms2m lab status");
            return ExitCodes.Success;
        }

        call.Output.Text.Write(TableOf(nodes));
        return ExitCodes.Success;
    });

    private static Table TableOf(List<NodeView> nodes)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns(
            "node", "state", "seen", "instances", "memory free", "checkpoint space", "criu", "missing", "address");
        foreach (var node in nodes)
        {
            var missing = (node.Features ?? []).Where(feature => !feature.Available).Select(feature => feature.Name);
            table.AddRow(
                new Text(node.Node),
                new Text(node.Up ? "up" : "down", new Style(node.Up ? Color.Green : Color.Red)),
                new Text($"{Human.Duration(node.AgeMs)} ago"),
                new Text(string.Join(", ", (node.Instances ?? []).Select(one => $"{one.InstanceId} ({one.State})"))),
                new Text($"{Human.Bytes(node.MemoryFreeBytes)} of {Human.Bytes(node.MemoryTotalBytes)}"),
                new Text(Human.Bytes(node.CheckpointSpaceBytes)),
                new Text(node.Versions?.GetValueOrDefault("criu") ?? "?"),
                new Text(string.Join(", ", missing)),
                new Text(node.Address ?? ""));
        }

        return table;
    }
}
