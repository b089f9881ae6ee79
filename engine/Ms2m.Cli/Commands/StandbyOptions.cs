using System.CommandLine;
using System.Globalization;
using Ms2m.Contracts;

namespace Ms2m.Cli.Commands;

/// <summary>The options by which a workload names the nodes where its memory is to be known in advance.</summary>
internal sealed class StandbyOptions
{
    private readonly Option<string[]> _nodes = new("--standby")
    {
        Description = "Node that is sent its memory in advance, so that a move there with --transfer delta sends only what has changed since",
        HelpName = "NODE",
    };

    private readonly Option<string> _every = new("--standby-every")
    {
        Description = "How old what the standby nodes know may become, such as 60s or 5m [default: 60s]",
        HelpName = "TIME",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_nodes);
        command.Options.Add(_every);
        command.Validators.Add(result =>
        {
            var (nodes, every) = (result.GetValue(_nodes) ?? [], result.GetValue(_every));
            if (every is not null && nodes.Length == 0)
            {
                result.AddError("--standby-every belongs to --standby.");
            }

            if (every is not null && Seconds(every) is null)
            {
                result.AddError($"--standby-every wants a time from {Standby.LeastSeconds}s to {Standby.MostSeconds}s, such as 60s, 5m or 1h, not '{every}'.");
            }

            if (nodes.Length > 0 && !new Standby(nodes).IsValid())
            {
                result.AddError($"--standby names one to {Standby.MostNodes} nodes.");
            }
        });
    }

    public Standby? Read(ParseResult parsed) => parsed.GetValue(_nodes) is { Length: > 0 } nodes
        ? parsed.GetValue(_every) is { } every && Seconds(every) is { } seconds ? new Standby(nodes, seconds) : new Standby(nodes)
        : null;

    private static int? Seconds(string text)
    {
        var unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        return int.TryParse(unit == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && (long)number * Math.Max(1, unit) is >= Standby.LeastSeconds and <= Standby.MostSeconds and var seconds
                ? (int)seconds
                : null;
    }
}
