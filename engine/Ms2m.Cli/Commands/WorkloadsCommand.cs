using System.CommandLine;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Spectre.Console;

namespace Ms2m.Cli.Commands;

/// <summary>Lists workloads.</summary>
internal static class WorkloadsCommand
{
    public static Command Create() => new Command("workloads", "List workloads and where they run").Does(async call =>
    {
        var answer = await call.Engine.Workloads(call.Cancel);
        if (call.Output.Json)
        {
            call.Output.Document(answer);
            return ExitCodes.Success;
        }

        var workloads = answer.As<List<WorkloadView>>();
        if (workloads.Count == 0)
        {
            call.Output.Say($"No workload runs. Start one with: ms2m run NAME --node NODE --image IMAGE --queue QUEUE");
            return ExitCodes.Success;
        }

        call.Output.Text.Write(TableOf(workloads));
        return ExitCodes.Success;
    });

    private static Table TableOf(List<WorkloadView> workloads)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("workload", "node", "instance", "role", "epoch", "state", "answering", "memory", "queue", "standby", "migration");
        foreach (var one in workloads)
        {
            table.AddRow(
                new Text(one.Name),
                new Text(one.Node ?? "-"),
                new Text(one.InstanceId ?? "-"),
                new Text(one.Role ?? "-"),
                new Text($"{one.Epoch}"),
                new Text(one.State ?? "-"),
                new Text(Answering(one), one.Answering == false ? new Style(Color.Red) : null),
                new Text(Human.Bytes(one.MemoryBytes)),
                new Text(one.Queue ?? "-"),
                new Text(one.Standby is { Count: > 0 } standby ? string.Join('\n', standby.Select(Known)) : "-"),
                new Text(one.MigrationId?.ToString() ?? "-"));
        }

        return table;
    }

    private static string Known(StandbyView one) => (one.AgeMs, one.Problem) switch
    {
        ({ } age, null) => $"{one.Node}, {Human.Duration(age)} ago",
        ({ } age, { } problem) => $"{one.Node}, {Human.Duration(age)} ago, then: {problem.Message}",
        (null, { } problem) => $"{one.Node}: {problem.Message}",
        _ => $"{one.Node}: nothing yet",
    };

    private static string Answering(WorkloadView one) => one.Answering switch
    {
        true => "yes",
        false => $"no since {(one.SilentSince is { } since ? Human.Time(since) : "?")}: {one.SilentBecause}",
        null => "-",
    };
}
