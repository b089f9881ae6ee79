namespace Ms2m.Eval.Chaos;

/// <summary>One fault in one moment: what must come of it, or why it cannot be.</summary>
internal sealed record Cell(Fault Fault, Moment Moment, Expectation? Expected, string? NotApplicable, Variant Variant)
{
    public string Name => $"{FaultMatrix.NameOf(Fault)} × {Moment}{(Variant == Variant.Shadow ? "" : $" ({Variant.Name})")}";
}

/// <summary>What a cell must show.</summary>
/// <param name="Endings">The ends that are right.</param>
/// <param name="StateMayDie">Where the only holder of the state was killed it dies, migration or not. Then nothing may be
/// acknowledged that was not applied, or applied twice, and the end must be clear.</param>
/// <param name="EffectsMayRepeat">Ids repeat across a crash of the workload or of the broker, and only there.</param>
/// <param name="MayKeep">Whether a Failed migration may keep things for an operator to decide about, if it names them.</param>
/// <param name="Deadline">From the strike to the migration's end.</param>
/// <param name="Code">What a Failed migration must give as its reason; null where that depends on who noticed first.</param>
/// <param name="KeepsSource">Whether a Failed migration must leave the source standing still, with the last state there is.</param>
internal sealed record Expectation(
    IReadOnlyList<string> Endings, bool StateMayDie, bool EffectsMayRepeat, bool MayKeep, TimeSpan Deadline,
    string? Code = null, bool KeepsSource = false);
