using Ms2m.Cli.Moving;
using Ms2m.Contracts;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Chaos;

/// <summary>A way to move that loses nothing: what is asked for, what moves, and which part of the matrix is its own.</summary>
/// <param name="Name">In the record of results.</param>
/// <param name="Server">What moves; null for the loaded consumer.</param>
internal sealed record Variant(string Name, Move Move, ServerKind? Server = null)
{
    public static Variant Shadow { get; } = new("shadow", new Move("shadow"));

    public static Variant Sequential { get; } = new("sequential", new Move("sequential"));

    public static Variant Live { get; } = new("live", new Move("live"), ServerKind.Redis(keys: 10_000));

    /// <summary>So much memory that it comes for some seconds over a slow network.</summary>
    public static Variant PostCopy { get; } = new(
        "live, post-copy", new Move("live", PostCopy: true), ServerKind.Memory(megabytes: 64, percent: 1));

    public static Variant Delta { get; } = new("shadow, delta", new Move("shadow", new TransferOptions(TransferMode.Delta)));

    public static Variant Registry { get; } = new("shadow, registry", new Move("shadow", new TransferOptions(TransferMode.Registry)));

    public static IReadOnlyList<Variant> All { get; } = [Shadow, Sequential, Live, PostCopy, Delta, Registry];

    public string Strategy => Move.Strategy!;

    public TransferMode Transfer => Move.Transfer?.Mode ?? TransferMode.Direct;

    /// <summary>A copy follows its source's journal before it takes over.</summary>
    public bool Replays => Strategy == Shadow.Strategy;

    /// <summary>What is to be said on the command line to ask for it, with a space before it.</summary>
    public string Arguments =>
        (Strategy == Shadow.Strategy ? "" : $" --strategy {Strategy}")
        + (Transfer == TransferMode.Direct ? "" : $" --transfer {Transfer.ToString().ToLowerInvariant()}")
        + (Move.PostCopy ? " --post-copy" : "");

    public IReadOnlyList<Fault> Faults =>
    [
        .. from fault in Enum.GetValues<Fault>()
           where fault switch
           {
               Fault.RegistryKilled => Transfer == TransferMode.Registry,
               Fault.PageDaemonKilled => Move.PostCopy,
               _ => true,
           }
           select fault,
    ];

    public IReadOnlyList<Moment> Moments =>
    [
        .. from moment in Enum.GetValues<Moment>()
           where moment switch
           {
               Moment.PreCopying => Transfer == TransferMode.Delta,
               Moment.Pulling => Transfer == TransferMode.Registry,
               Moment.FetchingPages => Move.PostCopy,
               _ => true,
           }
           select moment,
    ];
}
