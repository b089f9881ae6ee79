using Ms2m.Workload;

namespace Ms2m.ModelCheck.Parts;

/// <summary>One workload process: the SDK's pure part as it is, the handler, and a connection on which what was sent may
/// not have arrived and what was answered may not have been read. Never changed once it is in a <see cref="Processes"/>
/// table.</summary>
internal sealed class Process
{
    public required Instance Memory { get; init; }

    public required string Id { get; set; }

    /// <summary>The state of the workload: how many messages its handler has finished, in the order of their arrival. Any
    /// other order is a violation at once, so the number says all.</summary>
    public int Applied { get; set; }

    /// <summary>The message whose handler runs; -1 for none.</summary>
    public int InHand { get; set; } = -1;

    public bool Linked { get; set; }

    /// <summary>The broker sees a consumer of Q.</summary>
    public bool Consuming { get; set; }

    /// <summary>The broker sees a consumer of R and J.</summary>
    public bool Following { get; set; }

    /// <summary>J is to be counted.</summary>
    public bool Counting { get; set; }

    /// <summary>The instance file told it to go.</summary>
    public bool Retired { get; set; }

    /// <summary>Sent by Q, not yet read here.</summary>
    public List<Item> Unread { get; init; } = [];

    /// <summary>Sent by Q, its answer has not reached the broker; in the order of sending.</summary>
    public List<Item> Unanswered { get; init; } = [];

    public List<Answer> Answers { get; init; } = [];

    /// <summary>Messages whose effects are on their way to the broker.</summary>
    public List<byte> EffectsOut { get; init; } = [];

    /// <summary>Messages whose effects the broker has; its confirm is on the way back.</summary>
    public List<byte> EffectsTaken { get; init; } = [];

    public List<Line> LinesOut { get; init; } = [];

    public List<Line> LinesTaken { get; init; } = [];

    /// <summary>What the engine is to hear, by number; kept over a lost connection.</summary>
    public List<int> Reports { get; init; } = [];

    /// <summary>The process waits for the broker's answer to the first of these.</summary>
    public List<Act> Todo { get; init; } = [];

    public bool Blocked => Todo.Count > 0;

    public bool Active => Memory.Role == Contracts.InstanceRole.Active;

    public Process Clone() => new()
    {
        Memory = Memory.Clone(),
        Id = Id,
        Applied = Applied,
        InHand = InHand,
        Linked = Linked,
        Consuming = Consuming,
        Following = Following,
        Counting = Counting,
        Retired = Retired,
        Unread = [.. Unread],
        Unanswered = [.. Unanswered],
        Answers = [.. Answers],
        EffectsOut = [.. EffectsOut],
        EffectsTaken = [.. EffectsTaken],
        LinesOut = [.. LinesOut],
        LinesTaken = [.. LinesTaken],
        Reports = [.. Reports],
        Todo = [.. Todo],
    };

    /// <summary>The message whose payload the replay waits for; -1 for none.</summary>
    public int Wanted()
    {
        if (InHand >= 0 || Memory.Shadow is not { Broken: null } shadow
            || !Inside.Entries(shadow).TryGetValue(shadow.Chain.Position + 1, out var next) || next.Carried is not null)
        {
            return -1;
        }
        return Inside.Number(next.Name);
    }

    public bool Lags => InHand < 0 && Memory.Shadow is { Broken: null, Lag: > 0 };
}
