namespace Ms2m.ModelCheck.Mutants;

/// <summary>Every seeded mistake, with the least bounds in which it can do harm.</summary>
internal static class Catalogue
{
    private static readonly Bounds Least = new() { Messages = 1, Publishers = 1, Faults = 0, Reduced = false };

    public static IReadOnlyList<(Mutant Mutant, Bounds Bounds)> All { get; } =
    [
        (new NamesOnlyBeforeTheFence(), Least),
        (new EntryBeforeTheEffects(), Least),
        (new PendingEffectsForgotten(), Least with { Faults = 1, Kinds = Fault.SourceDies }),
        (new NoSkippingAfterACrash(), Least with { Faults = 1, Kinds = Fault.SourceDies }),
        (new PromotedBeforeVerified(), Least),
        (new ShadowConsumesTheQueue(), Least),
        (new ForgottenResume(), Least with { Faults = 1, Kinds = Fault.Cancel }),
        (new NoSignOfLife(), Least with { Messages = 0, Faults = 2, Kinds = Fault.SourceDies | Fault.Cancel }),
        (new NamesForgottenAfterACleanClose(), Least with { Faults = 1, Kinds = Fault.BrokerForgets }),
        (new OrdinalsRestart(), Least with { Messages = 2, Window = 1, Faults = 1, Kinds = Fault.SourceLosesLink }),
    ];
}
