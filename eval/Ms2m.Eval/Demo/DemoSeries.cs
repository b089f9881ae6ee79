using Ms2m.Cli.Api;
using Ms2m.Eval.Load;
using Spectre.Console;

namespace Ms2m.Eval.Demo;

/// <summary>Demos in a row and what they say together.</summary>
internal static class DemoSeries
{
    public static async Task<int> Run(DemoOptions options, CancellationToken cancel)
    {
        using var cluster = new Cluster();
        var progress = new Progress();
        await cluster.Ready([options.Source, options.Target], cancel);
        var reports = new List<DemoReport>();
        for (var run = 1; run <= options.Runs; run++)
        {
            if (options.Runs > 1)
            {
                progress.Say($"demo {run} of {options.Runs}");
            }

            var (report, migration) = await DemoRun.Make(cluster, options, progress, cancel);
            reports.Add(report);
            if (!options.Json)
            {
                DemoText.Write(Terminal.Output, report, migration.View);
            }
        }

        if (options.Json)
        {
            Console.Out.WriteLine(options.Runs == 1 ? ApiJson.Document(reports[0]) : ApiJson.Document(Together(reports)));
        }
        else if (options.Runs > 1)
        {
            Terminal.Output.MarkupLine(
                $"[bold]{reports.Count(report => report.Succeeded)} of {reports.Count}[/] demos moved the workload and lost nothing.");
        }

        return reports.All(report => report.Succeeded) ? ExitCodes.Success : ExitCodes.NotExact;
    }

    private static object Together(List<DemoReport> reports) => new
    {
        runs = reports.Count,
        succeeded = reports.Count(report => report.Succeeded),
        totalMs = Statistics.Of(reports.Select(report => report.TotalMs)),
        interruptionMs = Statistics.Of(reports.Select(report => report.InterruptionMs).OfType<double>()),
        demos = reports,
    };
}
