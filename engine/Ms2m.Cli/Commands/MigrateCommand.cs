using System.CommandLine;
using Ms2m.Cli.Display;
using Ms2m.Cli.Moving;
using Ms2m.Contracts;

namespace Ms2m.Cli.Commands;

/// <summary>Moves a workload and waits for the end.</summary>
internal static class MigrateCommand
{
    /// <summary>As the engine has it; it checks again.</summary>
    private const int MostPriority = 10;

    public static Command Create()
    {
        var workload = new Argument<string>("WORKLOAD") { Description = "Name of a running workload" };
        var target = new Option<string>("--to") { Description = "Node to move it to", Required = true, HelpName = "NODE" };
        var id = new Option<Guid?>("--id")
        {
            Description = "Id of the migration; repeating a command with the same id changes nothing",
            HelpName = "GUID",
        };
        var interruption = Limit("--max-interruption", "Longest time in which nobody applies new messages [default: 100]");
        var replay = Limit("--max-replay", "Longest time to wait for the lag to shrink [default: 120000]");
        var overload = new Option<string>("--on-overload")
        {
            Description = "When both limits cannot hold [default: cutover]",
        };
        overload.AcceptOnlyFromAmong("cutover", "rollback");
        var priority = new Option<int>("--priority")
        {
            Description = $"From {-MostPriority} to {MostPriority}; matters only while migrations wait for their turn [default: 0]",
            HelpName = "N",
        };
        priority.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && Math.Abs((long)value) > MostPriority)
            {
                result.AddError($"--priority must be from {-MostPriority} to {MostPriority}, not {value}.");
            }
        });
        var how = new MoveOptions();
        var watch = new Option<bool>("--watch") { Description = "Show the phases live while waiting" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Print the pre-checks, the plan and the predicted times; begin nothing" };
        var noWait = new Option<bool>("--no-wait") { Description = "Return as soon as the engine has the request" };

        var command = new Command("migrate", "Move a workload to another node and wait until it is done")
        {
            workload, target, id, interruption, replay, overload, priority, watch, noWait, dryRun,
        };
        how.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(watch) && result.GetValue(noWait))
            {
                result.AddError("--watch and --no-wait exclude each other.");
            }
        });
        return command.Does(call =>
        {
            var parsed = call.Parsed;
            var move = how.Read(parsed);
            var request = move.To(parsed.GetRequiredValue(workload), parsed.GetRequiredValue(target)) with
            {
                Policy = PolicyOf(parsed.GetValue(interruption), parsed.GetValue(replay), parsed.GetValue(overload)),
                RequestedBy = $"{Environment.UserName}@{Environment.MachineName}",
                Priority = parsed.GetValue(priority),
            };
            // The id is made here, so that a request repeated after a lost answer starts nothing twice.
            request = parsed.GetValue(id) is { } given ? request with { MigrationId = given } : request;
            if (parsed.GetValue(dryRun))
            {
                return PreflightCommand.Show(call, request, plan: true);
            }

            return Migrate(call, request, parsed.GetValue(watch), !parsed.GetValue(noWait));
        });
    }

    private static async Task<int> Migrate(EngineCall call, StartMigration request, bool live, bool wait)
    {
        var accepted = await call.Engine.Start(request, call.Cancel);
        if (!wait)
        {
            if (call.Output.Json)
            {
                call.Output.Document(accepted);
            }
            else
            {
                call.Output.Say($"migration {request.MigrationId} requested; follow it with: ms2m events {request.MigrationId} --follow");
            }

            return ExitCodes.Success;
        }

        var ended = await Watching.ToTheEnd(call, request.MigrationId, live);
        return Ending.Show(call.Output, ended, await call.Engine.Migration(request.MigrationId, call.Cancel));
    }

    private static Option<int?> Limit(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "MS" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && value <= 0)
            {
                result.AddError($"{name} must be more than 0 milliseconds, not {value}.");
            }
        });
        return option;
    }

    private static CutoverPolicy? PolicyOf(int? interruption, int? replay, string? overload)
    {
        if (interruption is null && replay is null && overload is null)
        {
            return null;
        }

        var defaults = new CutoverPolicy();
        return new CutoverPolicy(
            interruption ?? defaults.MaxInterruptionMs,
            replay ?? defaults.MaxReplayMs,
            overload == "rollback" ? OverloadAction.RollBack : OverloadAction.CutOver);
    }
}
