using System.CommandLine;
using System.CommandLine.Parsing;
using Ms2m.Contracts;

namespace Ms2m.Eval.Chaos;

/// <summary>Breaks one thing at a time while a loaded consumer moves, and judges what came of it.</summary>
internal static class ChaosCommand
{
    public static Command Create()
    {
        var faults = Some("--fault", "Only this fault; may be repeated", Enum.GetValues<Fault>().Select(FaultMatrix.NameOf));
        var moments = Some("--phase", "Only in this phase; may be repeated", Enum.GetNames<Moment>());
        var strategy = Way("--strategy", "NAME", "Move it by this strategy", [.. Variant.All.Select(one => one.Strategy).Distinct()]);
        var transfer = Way("--transfer", "MODE", "Let the checkpoint travel like this", Enum.GetNames<TransferMode>());
        var postCopy = new Option<bool>("--post-copy") { Description = "With --strategy live: its memory follows" };
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
        foreach (Option option in new Option[] { strategy, transfer, postCopy, faults, moments, repeat, json, record, markdown, KeepOption.Create() })
        {
            command.Options.Add(option);
        }

        // What is not said has no value yet where options are judged together.
        Variant? Chosen(SymbolResult one) => Variant.All.FirstOrDefault(known =>
            known.Strategy == (one.GetValue(strategy) ?? Variant.Shadow.Strategy)
            && string.Equals($"{known.Transfer}", one.GetValue(transfer) ?? $"{TransferMode.Direct}", StringComparison.OrdinalIgnoreCase)
            && known.Move.PostCopy == one.GetValue(postCopy));
        command.Validators.Add(result =>
        {
            if (Chosen(result) is null)
            {
                result.AddError($"There is no matrix of that, but of{string.Join(",", Variant.All.Skip(1).Select(one => one.Arguments))}, and of nothing said.");
            }
        });
        command.SetAction((parsed, cancel) =>
        {
            var options = new ChaosOptions(
                Chosen(parsed.CommandResult)!,
                Some<Fault>(parsed.GetValue(faults), FaultMatrix.NameOf),
                Some<Moment>(parsed.GetValue(moments), moment => $"{moment}"),
                parsed.GetValue(repeat),
                parsed.GetValue(json),
                parsed.GetValue(record),
                parsed.GetValue(markdown));
            return Measuring.Run(options.Json, () => ChaosSeries.Run(options, cancel), cancel);
        });
        return command;
    }

    private static Option<string> Way(string name, string help, string description, string[] known)
    {
        var words = known.Select(one => one.ToLowerInvariant()).ToArray();
        var option = new Option<string>(name)
        {
            Description = $"{description}: {string.Join(" or ", words)}",
            DefaultValueFactory = _ => words[0],
            HelpName = help,
        };
        option.AcceptOnlyFromAmong(words);
        return option;
    }

    private static Option<string[]> Some(string name, string description, IEnumerable<string> known)
    {
        var option = new Option<string[]>(name) { Description = description, AllowMultipleArgumentsPerToken = true };
        option.AcceptOnlyFromAmong([.. known]);
        return option;
    }

    private static IReadOnlyList<T> Some<T>(string[]? names, Func<T, string> nameOf)
        where T : struct, Enum =>
        [.. Enum.GetValues<T>().Where(one => names is null or [] || names.Contains(nameOf(one)))];
}
