using System.Globalization;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Chaos;

/// <summary>Runs the chosen cells one after the other and says together what they showed.</summary>
internal static class ChaosSeries
{
    private const string Source = "node-a";

    private const string Target = "node-b";

    public static async Task<int> Run(ChaosOptions options, CancellationToken cancel)
    {
        using var cluster = new Cluster();
        var progress = new Progress();
        await cluster.Ready([Source, Target], cancel);
        var record = ChaosRecord.Open(options.Record, await Versions.Of(cluster, cancel));
        var chosen = FaultMatrix.Of(options.Variant)
            .Where(cell => options.Faults.Contains(cell.Fault) && options.Moments.Contains(cell.Moment)).ToList();
        var cells = chosen.Where(cell => cell.Expected is not null).ToList();
        progress.Say($"{cells.Count} cells, {options.Repeat} time(s) each; {chosen.Count - cells.Count} do not apply");
        var results = new List<CellResult>();
        var run = new CellRun(cluster, Source, Target, progress.Say);
        for (var i = 0; i < cells.Count; i++)
        {
            var ofCell = new List<CellResult>();
            for (var time = 1; time <= options.Repeat; time++)
            {
                var result = await run.Run(cells[i], cancel);
                progress.Say($"{i + 1,3}/{cells.Count}  {cells[i].Name,-50} {Sentence(result)}");
                ofCell.Add(result);
            }

            results.AddRange(ofCell);
            record.Keep(cells[i], ofCell);
        }

        if (options.Markdown is { } file)
        {
            ChaosMarkdown.WriteInto(file, record, options.Variant);
        }

        if (options.Json)
        {
            Console.Out.WriteLine(ApiJson.Document(new
            {
                record.Versions,
                passed = results.Count(one => one.Passed),
                failed = results.Count(one => !one.Passed),
                results,
                notApplicable = chosen.Where(cell => cell.NotApplicable is not null)
                    .Select(cell => new { cell.Fault, cell.Moment, reason = cell.NotApplicable }),
            }));
        }
        else
        {
            ChaosText.Write(Terminal.Output, chosen, results);
        }

        return results.All(one => one.Passed) ? ExitCodes.Success : ExitCodes.NotExact;
    }

    private static string Sentence(CellResult one)
    {
        var said = new List<string>
        {
            one.Passed ? "✓" : one.Landed ? "✗" : "?",
            one.Outcome ?? "stuck",
        };
        if (one.FailedOver)
        {
            said.Add("by failover");
        }

        if (one.SettledMs is { } ms)
        {
            said.Add($"settled in {Human.Duration(ms)}");
        }

        said.Add(one.StruckAfterMs is { } into
            ? string.Create(CultureInfo.InvariantCulture, $"(struck {into:0} ms into it{(one.Landed ? "" : ", outside")})")
            : "(never struck)");
        said.AddRange(one.Problems.Concat(one.Leftovers.Select(left => $"left behind: {left}")).Select(what => $"\n          {what}"));
        return string.Join(' ', said);
    }
}
