using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>Steps of the target's worker and of the instance that it makes.</summary>
public static class TargetSteps
{
    /// <summary>A transfer is cut off at this multiple of the source's resident memory, plus a constant.</summary>
    internal static long MaxBytes(Facts facts) => (facts.Request.SourceMemoryBytes * 3) + (256L << 20);

    public static UndoStep Remove { get; } = new(StepNames.RemoveTarget, UndoOrder.TakeAway, new(15, 5), (f, attempt) =>
        ToTarget(f, new RemoveInstance(f.Id, StepNames.RemoveTarget, attempt, f.ShadowInstance)));

    // Tokens are secrets and no part of any event or state: the shell writes them into the commands that carry one.
    public static ReversibleStep Reserve { get; } = new(
        StepNames.ReserveTarget, Phase.Pending, new(10, 2, strictAttempt: true),
        (f, attempt) => ToTarget(f, new ReserveTarget(
            f.Id, StepNames.ReserveTarget, attempt, f.ShadowInstance, f.Request.Spec,
            f.Request.SourceNode, "",
            f.Request.SourceMemoryBytes, MaxBytes(f))
        {
            PostCopy = f.Request.PostCopy,
        }),
        [Remove], Refuses: true);

    /// <summary>The copy forgets its connections and finds out that it is one.</summary>
    public static ReversibleStep Restore { get; } = RestoreStep(keepsConnections: false);

    /// <summary>The copy keeps its connections and stays deaf and mute until it is activated.</summary>
    public static ReversibleStep RestoreConnected { get; } = RestoreStep(keepsConnections: true);

    /// <summary>The copy itself says that it is there.</summary>
    public static ReversibleStep Attach { get; } = new(StepNames.AttachShadow, Phase.Restoring, new(20, 1), Command: null);

    public static ReversibleStep Start { get; } = new(
        StepNames.StartTarget, Phase.Restoring, new(30, 2),
        (f, attempt) => ToTarget(f, new StartInstance(
            f.Id, StepNames.StartTarget, attempt, f.ShadowInstance, f.Request.Spec, f.Request.SourceEpoch + 1)),
        [Remove]);

    public static ForwardStep Promote { get; } = new(
        StepNames.PromoteShadow, new(5, 20),
        (f, attempt) => new Outgoing.ToInstance(f.ShadowInstance, new PromoteShadow(
            f.Id, StepNames.PromoteShadow, attempt, f.ShadowInstance, f.Request.SourceEpoch + 1)),
        Essential: true);

    /// <summary>Beside a promotion, which the instance hears from the engine itself.</summary>
    public static ForwardStep Activate { get; } = new(
        StepNames.ActivateInstance, new(10, 20),
        (f, attempt) => ToTarget(f, new ActivateInstance(
            f.Id, StepNames.ActivateInstance, attempt, f.ShadowInstance, f.Request.SourceEpoch + 1)));

    /// <summary>The copy serves meanwhile. It fails when memory is lost, and then nobody can mend it.</summary>
    public static ForwardStep CollectPages { get; } = new(
        StepNames.CollectPages, new(SourceSteps.Sending, 2),
        (f, attempt) => ToTarget(f, new CollectPages(f.Id, StepNames.CollectPages, attempt, f.ShadowInstance)),
        Essential: true);

    /// <summary>Of a copy that has lost memory past the commit point.</summary>
    public static ForwardStep RemoveLost { get; } = new(Remove.Name, Remove.Limits, Remove.Command);

    private static ReversibleStep RestoreStep(bool keepsConnections) => new(
        StepNames.RestoreShadow, Phase.Restoring, new(SourceSteps.Moving, 2, StrictAttempt: true),
        (f, attempt) => ToTarget(f, new RestoreShadow(
            f.Id, StepNames.RestoreShadow, attempt, f.ShadowInstance, f.Request.Spec, f.Request.SourceEpoch, f.Digest!)
        {
            KeepsConnections = keepsConnections,
            PostCopy = f.Request.PostCopy,
        }));

    private static Outgoing.ToNode ToTarget(Facts f, IMigrationMessage command) => new(f.Request.TargetNode, command);
}
