using System.CommandLine;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Spectre.Console;

namespace Ms2m.Cli.Commands;

/// <summary>Shows one migration.</summary>
internal static class MigrationCommand
{
    public static Command Create()
    {
        var id = MigrationIds.Argument;
        return new Command("migration", "Show one migration: timeline, steps, result") { id }.Does(async call =>
        {
            var found = await MigrationIds.Find(call, call.Parsed.GetRequiredValue(id));
            var answer = await call.Engine.Migration(found, call.Cancel);
            if (call.Output.Json)
            {
                call.Output.Document(answer);
                return ExitCodes.Success;
            }

            var migration = answer.As<MigrationView>();
            call.Output.Text.Write(Timeline.Of(migration));
            if (migration.Steps is { Count: > 0 } steps)
            {
                call.Output.Text.Write(TableOf(steps));
            }

            return ExitCodes.Success;
        });
    }

    private static Table TableOf(IReadOnlyList<StepView> steps)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("step")
            .AddColumn(new TableColumn("attempt").RightAligned())
            .AddColumn(new TableColumn("time").RightAligned())
            .AddColumn("state");
        foreach (var step in steps)
        {
            table.AddRow(
                new Text(step.Name),
                new Text($"{step.Attempt}"),
                new Text(Human.Duration(step.Ms)),
                new Text(step.State, step.State == "failed" ? new Style(Color.Red) : null));
        }

        return table;
    }
}
