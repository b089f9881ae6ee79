using System.CommandLine;

namespace Ms2m.Cli.Commands;

/// <summary>Stops a workload and removes its container.</summary>
internal static class StopCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Name of a running workload" };
        return new Command("stop", "Stop a workload; its state is lost, its queue stays") { name }.Does(async call =>
        {
            var workload = call.Parsed.GetRequiredValue(name);
            var accepted = await call.Engine.Stop(workload, call.Cancel);
            if (!await WorkloadWatch.Until(call, all => all.All(one => one.Name != workload)))
            {
                return call.Output.Fail(
                    CliFailures.DidNotCome($"'{workload}' was gone", WorkloadWatch.Patience), ExitCodes.Failed);
            }

            if (call.Output.Json)
            {
                call.Output.Document(accepted);
            }
            else
            {
                call.Output.Say($"{workload} stopped");
            }

            return ExitCodes.Success;
        });
    }
}
