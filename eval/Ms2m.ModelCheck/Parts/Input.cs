namespace Ms2m.ModelCheck.Parts;

/// <summary>Everything that can happen to one process.</summary>
internal enum InputKind : byte
{
    /// <summary>Q sends a message or a fence.</summary>
    Push,

    /// <summary>It is read from the connection.</summary>
    Read,

    /// <summary>The handler returns.</summary>
    Finish,

    /// <summary>The broker gets an answer to a delivery.</summary>
    AnswerArrives,

    /// <summary>The broker gets a message's effects.</summary>
    EffectArrives,

    /// <summary>The broker's confirm of effects is read.</summary>
    EffectConfirmed,

    /// <summary>The broker gets a line of J.</summary>
    LineArrives,

    /// <summary>The broker's confirm of a line is read.</summary>
    LineConfirmed,

    /// <summary>The broker answers a request for which the process waits.</summary>
    RequestDone,

    /// <summary>A command from the control queue.</summary>
    Obey,

    /// <summary>A connection is opened under the instance file.</summary>
    Link,

    /// <summary>The connection dies.</summary>
    Lose,

    /// <summary>The memory of this process wakes up in another container.</summary>
    Restore,

    /// <summary>A line of J is read.</summary>
    Line,

    /// <summary>A payload is read from R.</summary>
    Payload,

    /// <summary>J has been counted and is empty.</summary>
    Counted,

    /// <summary>The time in which a payload or an entry must come has passed.</summary>
    TooLate,

    /// <summary>R and J are gone.</summary>
    ReplayGone,

    /// <summary>The engine hears a report.</summary>
    Heard,
}

/// <summary>One input with what belongs to it.</summary>
internal readonly record struct Input(InputKind Kind, int A = 0, int B = 0);

/// <summary>What an input leads to, in the process and outside.</summary>
internal sealed class Step
{
    /// <summary>The process after it.</summary>
    public int Next { get; set; }

    /// <summary>Deliveries that the broker puts back into Q.</summary>
    public IReadOnlyList<Item> Returned { get; set; } = [];

    /// <summary>Deliveries that the broker has the answers to now.</summary>
    public IReadOnlyList<Item> Settled { get; set; } = [];

    /// <summary>A message whose effects the broker has got now; -1 for none.</summary>
    public int Effect { get; set; } = -1;

    /// <summary>A message that went to the dead letters; -1 for none.</summary>
    public int Dead { get; set; } = -1;

    public Line? Written { get; set; }

    /// <summary>A report, by number; -1 for none.</summary>
    public int Report { get; set; } = -1;

    /// <summary>What must never happen, when it has.</summary>
    public string? Violation { get; set; }
}
