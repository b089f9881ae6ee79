using Ms2m.Cli.Moving;
using Ms2m.Contracts;

namespace Ms2m.Eval.Bench.Ways;

/// <summary>One row of the table: who is moved, how, and over what.</summary>
internal sealed record Way(string Strategy, TransferMode Transfer, string Workload, string Link, bool PostCopy = false)
{
    public string Name => $"{Strategy} × {TransferWord} × {Workload} × {Link}";

    public string TransferWord => PostCopy ? "post-copy" : Transfer.ToString().ToLowerInvariant();

    public Move Move => new(Strategy, new TransferOptions(Transfer), PostCopy);

    /// <summary>Whether every part of the name that is asked for is there.</summary>
    public bool Matches(IReadOnlyList<string> words) => words.All(word => Name.Split(" × ").Contains(word, StringComparer.OrdinalIgnoreCase));
}

/// <summary>The rows of the table.</summary>
internal static class AllWays
{
    public const string Unlimited = "unlimited";

    public const string Gigabit = "1gbit";

    public const string Slow = "3mbit";

    private static readonly TransferMode[] _modes = Enum.GetValues<TransferMode>();

    private static readonly string[] _fast = [Unlimited, Gigabit];

    /// <summary>Over the slow link only where it takes minutes, not hours, and where it shows something.</summary>
    public static IReadOnlyList<Way> All { get; } =
    [
        .. from strategy in new[] { "shadow", "sequential" } from mode in _modes from link in _fast select new Way(strategy, mode, Movable.Orders, link),
        new("shadow", TransferMode.Direct, Movable.Orders, Slow),
        new("shadow", TransferMode.Delta, Movable.Orders, Slow),
        new("cold", TransferMode.Direct, Movable.Orders, Unlimited),
        .. from mode in _modes from link in _fast select new Way("live", mode, Movable.Redis, link),
        new("live", TransferMode.Direct, Movable.Redis, Slow),
        new("live", TransferMode.Delta, Movable.Redis, Slow),
        new("cold", TransferMode.Direct, Movable.Redis, Unlimited),
        .. from mode in _modes select new Way("live", mode, Movable.Mosquitto, Unlimited),
        new("live", TransferMode.Direct, Movable.Mosquitto, Gigabit),
        new("cold", TransferMode.Direct, Movable.Mosquitto, Unlimited),
        .. from mode in new[] { TransferMode.Direct, TransferMode.Delta } from link in _fast select new Way("live", mode, Movable.Memory, link),
        .. from workload in new[] { Movable.Redis, Movable.Memory } from link in _fast select new Way("live", TransferMode.Direct, workload, link, PostCopy: true),
    ];
}
