using System.CommandLine;

namespace Ms2m.Eval.Load;

/// <summary>The options of a load, the same for every command.</summary>
internal sealed class LoadOptionsReader
{
    private readonly Option<double> _rate = NumberOption.Create(
        "--rate", "Messages per second, all publishers together", 50.0, "R", 0.1, 100_000);

    private readonly Option<int> _publishers = NumberOption.Create(
        "--publishers", "Concurrent publishers", 1, "P", 1, 256);

    private readonly Option<int> _workMs = NumberOption.Create(
        "--work-ms", "Simulated work per message", 10, "MS", 0, 60_000);

    private readonly Option<int> _stateMb = NumberOption.Create(
        "--state-mb", "Live state of the workload", 27, "MB", 0, 65_536);

    private readonly Option<double> _warmup = NumberOption.Create(
        "--warmup-seconds", "Publishing before the first migration", 3.0, "S", 0, 3_600);

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _rate, _publishers, _workMs, _stateMb, _warmup })
        {
            command.Options.Add(option);
        }
    }

    public LoadOptions Read(ParseResult parsed) => new(
        parsed.GetValue(_rate),
        parsed.GetValue(_publishers),
        parsed.GetValue(_workMs),
        parsed.GetValue(_stateMb),
        parsed.GetValue(_warmup));
}
