using System.CommandLine;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Ms2m.Cli.Moving;
using Ms2m.Contracts;

namespace Ms2m.Cli.Commands;

/// <summary>The pre-checks alone.</summary>
internal static class PreflightCommand
{
    public static Command Create()
    {
        var workload = new Argument<string>("WORKLOAD") { Description = "Name of a running workload" };
        var target = new Option<string>("--to") { Description = "Node to move it to", Required = true, HelpName = "NODE" };
        var how = new MoveOptions();
        var command = new Command("preflight", "Say whether a workload can be moved to a node, and what stands in the way; touches nothing")
        {
            workload, target,
        };
        how.AddTo(command);
        return command.Does(async call =>
        {
            var move = how.Read(call.Parsed);
            var request = move.To(call.Parsed.GetRequiredValue(workload), call.Parsed.GetRequiredValue(target));
            return await Show(call, request, plan: false);
        });
    }

    /// <summary>With the plan, for a dry run.</summary>
    public static async Task<int> Show(EngineCall call, StartMigration request, bool plan)
    {
        var answer = await call.Engine.Plan(request, call.Cancel);
        var forecast = answer.As<ForecastView>();
        if (call.Output.Json)
        {
            call.Output.Document(answer);
        }
        else
        {
            ForecastText.Verdicts(call.Output.Text, forecast);
            if (plan && forecast.Accepted)
            {
                ForecastText.Plan(call.Output.Text, forecast);
            }
            else if (forecast.Accepted)
            {
                var why = forecast.StrategyReason is { } reason ? $" ({reason})" : "";
                call.Output.Say($"{forecast.Workload} can be moved from {forecast.SourceNode} to {forecast.TargetNode}, by {forecast.Strategy}{why}.");
            }
        }

        return forecast.Reason is { } refusal ? call.Output.Fail(refusal, ExitCodes.Failed) : ExitCodes.Success;
    }
}
