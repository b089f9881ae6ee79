using Ms2m.Cli.Api;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Bench.Ways;

/// <summary>Every way to move, measured alike: each workload is moved back and forth while it is used.</summary>
internal static class WaysBench
{
    private static readonly string[] _nodes = ["node-a", "node-b"];

    public static async Task<int> Run(WaysOptions options, CancellationToken cancel)
    {
        using var cluster = new Cluster();
        var progress = new Progress();
        var ways = AllWays.All.Where(way => way.Matches(options.Only)).ToList();
        if (ways.Count == 0)
        {
            throw new CannotMeasureException(
                "MS2M-EVAL-NOWAY", $"No row has all of: {string.Join(", ", options.Only)}.", "Words are such as live, delta, redis or 1gbit.");
        }

        await cluster.Ready(_nodes, cancel);
        var record = WaysRecord.Open(options.Record);
        progress.Say($"{ways.Count} rows, {options.Runs} migration(s) each and one before");
        foreach (var (way, number) in ways.Select((way, at) => (way, at + 1)))
        {
            var result = await Measure(cluster, way, options.Runs, cancel);
            record.Keep(result);
            progress.Say($"{number,3}/{ways.Count}  {way.Name,-44} {WaysText.Sentence(result)}");
        }

        if (options.Markdown is { } file)
        {
            WaysMarkdown.WriteInto(file, record);
        }

        var measured = ways.Select(way => record.Of(way.Name)).OfType<WayResult>().ToList();
        if (options.Json)
        {
            Console.Out.WriteLine(ApiJson.Document(measured));
        }
        else
        {
            WaysText.Write(Terminal.Output, measured);
        }

        return measured.All(one => one.Problems.Count == 0 || one.Strategy == "cold") ? ExitCodes.Success : ExitCodes.NotExact;
    }

    private static async Task<WayResult> Measure(Cluster cluster, Way way, int runs, CancellationToken cancel)
    {
        await Link(cluster, way.Link, cancel);
        try
        {
            await using var subject = await Movable.Start(cluster, way, _nodes[0], _ => { }, cancel);
            var moves = new List<OneMove>();
            for (var run = 0; run <= runs; run++)
            {
                moves.Add(await subject.Migrate(_nodes.First(node => node != subject.Node), way, cancel));
            }

            return WayResult.Of(way, moves, await subject.Conclude(cancel));
        }
        catch (Exception cannot) when (cannot is CannotMeasureException or TimeoutException or EngineRefusedException)
        {
            // One row that cannot be measured must not cost the others.
            return WayResult.Failed(way, cannot.Message);
        }
        finally
        {
            await Link(cluster, AllWays.Unlimited, CancellationToken.None);
        }
    }

    private static async Task Link(Cluster cluster, string link, CancellationToken cancel)
    {
        if (cluster.Tool is not { } lab)
        {
            if (link == AllWays.Unlimited)
            {
                return;
            }

            throw new CannotMeasureException(
                "MS2M-EVAL-NOLAB", "Links are made slow by the lab's own command, and MS2M_LAB_TOOL names none.", "Start this through ./ms2m bench strategies.");
        }

        foreach (var node in _nodes)
        {
            if (await lab.Run(link == AllWays.Unlimited ? ["network", "fast", node] : ["network", "slow", node, link], cancel) is null)
            {
                throw new CannotMeasureException("MS2M-EVAL-LINK", $"The lab could not make the link of {node} {link}.", "See: lab help");
            }
        }
    }
}

/// <summary>Which rows, how often, and where the results go.</summary>
internal sealed record WaysOptions(IReadOnlyList<string> Only, int Runs, bool Json, string? Record, string? Markdown);
