using System.CommandLine;
using System.Globalization;
using Ms2m.Contracts;

namespace Ms2m.Cli.Moving;

/// <summary>How a workload shall be moved, as far as somebody has said it.</summary>
/// <param name="Strategy">Null leaves the choice to the engine.</param>
/// <param name="Transfer">Null for the defaults.</param>
/// <param name="PostCopy">Whether it shall serve before all of its memory has come.</param>
public sealed record Move(string? Strategy = null, TransferOptions? Transfer = null, bool PostCopy = false)
{
    /// <summary>The request that says so, and no more.</summary>
    public StartMigration To(string workload, string target) =>
        new(Guid.CreateVersion7(), workload, target, Strategy ?? "auto") { Transfer = Transfer, PostCopy = PostCopy };
}

/// <summary>The options that say how a workload shall be moved: the same for every command that moves one.</summary>
public sealed class MoveOptions
{
    private readonly Option<string> _strategy = new("--strategy")
    {
        Description = "How to move it: auto, shadow, sequential, live or cold [default: auto]",
        HelpName = "NAME",
    };

    private readonly Option<string> _transfer = new("--transfer")
    {
        Description = "How the checkpoint travels: direct, registry or delta [default: direct]",
        HelpName = "MODE",
    };

    private readonly Option<string> _compress = new("--compress")
    {
        Description = "Whether it is made smaller for the wire: auto, none or zstd [default: auto]",
        HelpName = "HOW",
    };

    private readonly Option<string> _maxRate = new("--max-rate")
    {
        Description = "At most so many bytes per second on the wire, such as 500k or 20M [default: no limit]",
        HelpName = "BYTES",
    };

    private readonly Option<int?> _maxRounds = new("--max-rounds")
    {
        Description = "With --transfer delta: at most so many rounds while the workload runs [default: 5]",
        HelpName = "N",
    };

    private readonly Option<bool> _postCopy = new("--post-copy")
    {
        Description = "With --strategy live: it serves on the target at once, and its memory follows; should the source be lost meanwhile, so is the memory",
    };

    public MoveOptions()
    {
        _transfer.AcceptOnlyFromAmong("direct", "registry", "delta");
        _compress.AcceptOnlyFromAmong("auto", "none", "zstd");
        _maxRate.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && Bytes(token.Value) is null)
            {
                result.AddError($"--max-rate wants a number of bytes from 10k, such as 500k, 20M or 1G, not '{token.Value}'.");
            }
        });
        _maxRounds.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var rounds) && rounds is < 1 or > 100)
            {
                result.AddError($"--max-rounds must be from 1 to 100, not {rounds}.");
            }
        });
    }

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _strategy, _transfer, _compress, _maxRate, _maxRounds, _postCopy })
        {
            command.Options.Add(option);
        }
    }

    public Move Read(ParseResult parsed)
    {
        var usual = new TransferOptions();
        var transfer = new TransferOptions(
            Word(parsed.GetValue(_transfer), usual.Mode),
            Word(parsed.GetValue(_compress), usual.Compression),
            parsed.GetValue(_maxRate) is { } rate ? Bytes(rate) : null,
            parsed.GetValue(_maxRounds) ?? usual.MaxRounds);
        return new Move(parsed.GetValue(_strategy), transfer == usual ? null : transfer, parsed.GetValue(_postCopy));
    }

    private static T Word<T>(string? word, T usual)
        where T : struct, Enum => word is null ? usual : Enum.Parse<T>(word, ignoreCase: true);

    private static long? Bytes(string text)
    {
        var unit = text.Length == 0 ? 1 : text[^1] switch { 'k' => 1_000L, 'M' => 1_000_000, 'G' => 1_000_000_000, _ => 1 };
        return double.TryParse(unit == 1 ? text : text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * unit is >= 10_000 and <= 1L << 50
                ? (long)(number * unit)
                : null;
    }
}
