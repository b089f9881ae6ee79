namespace Ms2m.Contracts;

/// <summary>Where a workload's memory is to be known in advance, so that a move there sends only what has changed since.</summary>
/// <param name="Nodes">Names of one to four nodes; the one on which it runs is passed over.</param>
/// <param name="EverySeconds">How old what they know may become: from 30 s to a day. Default 60.</param>
public sealed record Standby(IReadOnlyList<string> Nodes, int EverySeconds = 60)
{
    /// <summary>The feature of a node that takes and keeps what is sent to a standby node.</summary>
    public const string Feature = "standby";

    /// <summary>Each time all of the memory is read, on two nodes.</summary>
    public const int LeastSeconds = 30;

    public const int MostSeconds = 86_400;

    /// <summary>Each of them holds all of the memory.</summary>
    public const int MostNodes = 4;

    /// <summary>Whether both parts can be used.</summary>
    public bool IsValid() => Nodes is { Count: >= 1 and <= MostNodes } && Nodes.All(Names.IsValid)
        && EverySeconds is >= LeastSeconds and <= MostSeconds;
}
