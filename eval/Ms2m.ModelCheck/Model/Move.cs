namespace Ms2m.ModelCheck;

/// <summary>One thing that can happen next.</summary>
/// <param name="A">Which one, where there are several.</param>
/// <param name="B">Likewise.</param>
internal readonly record struct Move(MoveKind Kind, byte A = 0, byte B = 0)
{
    public int Packed => (int)Kind | A << 8 | B << 16;

    public static Move Unpack(int packed) => new((MoveKind)(packed & 0xff), (byte)(packed >> 8), (byte)(packed >> 16));
}

internal enum MoveKind : byte
{
    Publish,

    // Of one process; the first two of each pair of numbers are the source's and the shadow's.
    Link,
    Read,
    Finish,
    AnswerArrives,
    EffectArrives,
    EffectConfirmed,
    LineArrives,
    LineConfirmed,
    RequestDone,
    Obey,
    Report,
    ReadLine,
    Payload,
    Count,

    NodeWorks,
    BrokerWorks,
    LateAnswer,
    Progress,
    AskAgain,

    // Time passes.
    Timer,
    TooLate,

    // Faults.
    Dies,
    LosesLink,
    BrokerRestarts,
    BrokerForgets,
    Cancel,
    CommandTwice,
    AnswerTwice,
    EarlyTimer,
    EarlyTooLate,
    ReplayVanishes,
    CutOff,
}
