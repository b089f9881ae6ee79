using System.CommandLine;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Spectre.Console;

namespace Ms2m.Cli.Commands;

/// <summary>Lists migrations, newest first.</summary>
internal static class MigrationsCommand
{
    public static Command Create()
    {
        var limit = new Option<int>("--limit")
        {
            Description = "How many at most",
            DefaultValueFactory = _ => 20,
            HelpName = "N",
        };
        return new Command("migrations", "List migrations, newest first") { limit }.Does(async call =>
        {
            var answer = await call.Engine.Migrations(call.Parsed.GetValue(limit), call.Cancel);
            if (call.Output.Json)
            {
                call.Output.Document(answer);
                return ExitCodes.Success;
            }

            var migrations = answer.As<List<MigrationView>>();
            if (migrations.Count == 0)
            {
                call.Output.Say($"No migration yet. Start one with: ms2m migrate WORKLOAD --to NODE");
                return ExitCodes.Success;
            }

            call.Output.Text.Write(TableOf(migrations));
            return ExitCodes.Success;
        });
    }

    private static Table TableOf(List<MigrationView> migrations)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("id", "workload", "from", "to", "phase", "verified", "total", "interruption", "requested");
        // An id that is broken into two lines cannot be copied.
        table.Columns[0].NoWrap = true;
        foreach (var migration in migrations)
        {
            table.AddRow(
                new Text(migration.MigrationId.ToString()),
                new Text(migration.Workload ?? "?"),
                new Text(migration.SourceNode ?? "-"),
                new Text(migration.TargetNode ?? "?"),
                new Text(migration.Queue is { } queue ? $"{migration.Phase}, {queue.Position} of {queue.Of}" : migration.Phase),
                new Text(migration.Verified ? "yes" : "no"),
                new Text(Human.Duration(migration.TotalMs)),
                new Text(migration.InterruptionMs is { } ms ? Human.Duration(ms) : "-"),
                new Text(Human.Time(migration.RequestedAt)));
        }

        return table;
    }
}
