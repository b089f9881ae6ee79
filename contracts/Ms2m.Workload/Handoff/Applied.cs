namespace Ms2m.Workload;

/// <summary>A message whose handler has begun, until its effects and its journal entry are safe with the broker.</summary>
internal sealed class Applied
{
    public required Message Message { get; init; }

    /// <summary>The handler has returned, or thrown.</summary>
    public bool Handled { get; private set; }

    public IReadOnlyList<Effect> Effects { get; private set; } = [];

    /// <summary>The handler threw; the message goes to the dead letters instead of being acknowledged.</summary>
    public bool Failed { get; private set; }

    /// <summary>Its place in the journal; 0 when it needs no entry.</summary>
    public long Ordinal { get; set; }

    /// <summary>The entry takes the payload along, since the message may not be in R.</summary>
    public bool Carried { get; init; }

    public string Name => Message.Name;

    public bool EffectsSent { get; set; }

    public bool EffectsSafe { get; set; }

    public bool EntrySent { get; set; }

    public bool EntrySafe { get; set; }

    /// <summary>Only then may it be acknowledged: whatever dies before, it comes again and is recognised.</summary>
    public bool Done => Handled && EffectsSafe && (Ordinal == 0 || EntrySafe);

    public void Finish(IReadOnlyList<Effect> effects, bool failed) => (Handled, Effects, Failed) = (true, effects, failed);

    public Applied Clone() => (Applied)MemberwiseClone();
}
