using System.CommandLine;

namespace Ms2m.Eval.Chaos;

/// <summary>Breaks one thing at a time while a loaded consumer moves, and judges what came of it.</summary>
internal static class ChaosCommand
{
    public static Command Create()
    {
        var faults = Some("--fault", "Only this fault; may be repeated", Enum.GetValues<Fault>().Select(FaultMatrix.NameOf));
        var moments = Some("--phase", "Only in this phase; may be repeated", Enum.GetNames<Moment>());
        var strategy = new Option<string>("--strategy")
        {
            Description = $"Move it by this strategy: {string.Join(" or ", FaultMatrix.Strategies)}",
            DefaultValueFactory = _ => FaultMatrix.Shadow,
            HelpName = "NAME",
        };
        strategy.AcceptOnlyFromAmong([.. FaultMatrix.Strategies]);
        var repeat = NumberOption.Create("--repeat", "So many times each", 1, "N", 1, 100);
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of text" };
        var record = new Option<string?>("--record")
        {
            Description = "Keep the newest results of every cell in this file, over many runs",
            HelpName = "FILE",
        };
        var markdown = new Option<string?>("--markdown")
        {
            Description = "Write the table of what is known into this file, between its two marks",
            HelpName = "FILE",
        };
        var command = new Command("chaos", "Try every fault in every phase of a migration, and judge each");
        foreach (Option option in new Option[] { strategy, faults, moments, repeat, json, record, markdown, KeepOption.Create() })
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancel) =>
        {
            var options = new ChaosOptions(
                parsed.GetValue(strategy)!,
                Chosen<Fault>(parsed.GetValue(faults), FaultMatrix.NameOf),
                Chosen<Moment>(parsed.GetValue(moments), moment => $"{moment}"),
                parsed.GetValue(repeat),
                parsed.GetValue(json),
                parsed.GetValue(record),
                parsed.GetValue(markdown));
            return Measuring.Run(options.Json, () => ChaosSeries.Run(options, cancel), cancel);
        });
        return command;
    }

    private static Option<string[]> Some(string name, string description, IEnumerable<string> known)
    {
        var option = new Option<string[]>(name) { Description = description, AllowMultipleArgumentsPerToken = true };
        option.AcceptOnlyFromAmong([.. known]);
        return option;
    }

    private static IReadOnlyList<T> Chosen<T>(string[]? names, Func<T, string> nameOf)
        where T : struct, Enum =>
        [.. Enum.GetValues<T>().Where(one => names is null or [] || names.Contains(nameOf(one)))];
}
