using System.Collections.Immutable;
using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>What is to be done besides where a workload's instances are pods: somebody else owns them, and makes a new one
/// whenever one is missing. docs/kubernetes.md tells the sequences.</summary>
public static class PodSteps
{
    private static readonly StepCommand _readopting = (f, attempt) => new Outgoing.ToCluster(new AdoptInstance(
        f.Id, StepNames.ReadoptSource, attempt, f.Request.SourceInstance, null, f.Request.Spec));

    // Its answer says that the way back is open. Without it the way on is the only one.
    private static readonly UndoStep _confirmRevival = new(
        StepNames.ConfirmRevival, UndoOrder.ConfirmRevival, new(10, 12), Reviving(StepNames.ConfirmRevival, onlyAsks: true),
        SignOfLife: true, ServesAgain: true);

    // Of a source whose pod has ended, too: it is to be restored under the name.
    private static readonly UndoStep _settle = new(
        StepNames.SettleName, UndoOrder.Settle, new(60, 5),
        (f, attempt) => new Outgoing.ToCluster(new ReleaseName(
            f.Id, StepNames.SettleName, attempt, f.Request.SourceInstance, f.Request.Spec)
        {
            UnlessItStays = true,
        }));

    private static readonly UndoStep _revive = new(
        StepNames.ReviveSource, UndoOrder.Revive, new(f => SourceSteps.Moving(f), 10), Reviving(StepNames.ReviveSource, onlyAsks: false),
        ServesAgain: true);

    private static readonly UndoStep _readopt = new(StepNames.ReadoptSource, UndoOrder.Readopt, new(60, 5), _readopting);

    private static readonly ReversibleStep _check = new(
        StepNames.CheckOwner, Phase.Pending, new(10, 2),
        (f, attempt) => new Outgoing.ToCluster(new CheckOwner(
            f.Id, StepNames.CheckOwner, attempt, f.Request.SourceInstance, f.Request.Spec)),
        Refuses: true);

    private static readonly ReversibleStep _release = new(
        StepNames.ReleaseName, Phase.Restoring, new(60, 10),
        (f, attempt) => new Outgoing.ToCluster(new ReleaseName(
            f.Id, StepNames.ReleaseName, attempt, f.Request.SourceInstance, f.Request.Spec)),
        // Two pods of one name there cannot be: the copy goes before the source comes back, and only if it can.
        [
            _confirmRevival, TargetSteps.Remove with { Order = UndoOrder.FreeName, AfterUndoOf = StepNames.ReleaseName }, _settle,
            _revive, _readopt,
        ],
        StopsSource: true);

    private static readonly ForwardStep _adopt = new(
        StepNames.AdoptInstance, new(60, 10),
        (f, attempt) => new Outgoing.ToCluster(new AdoptInstance(
            f.Id, StepNames.AdoptInstance, attempt, f.ShadowInstance, f.Request.SourceInstance, f.Request.Spec)));

    /// <summary>Whether its owner can be dealt with is asked before anything is touched.</summary>
    public static ImmutableArray<ReversibleStep> Check(Shape shape) => shape.Owner is null ? [] : [_check];

    /// <summary>The stage that frees the pod's name, where its owner knows it by that.</summary>
    public static ImmutableArray<ImmutableArray<ReversibleStep>> Release(Shape shape) => shape.FreesName ? [[_release]] : [];

    /// <summary>Before the source's pod goes: else its owner would make another.</summary>
    public static ImmutableArray<ImmutableArray<ForwardStep>> Adopt(Shape shape) => shape.Owner is null ? [] : [[_adopt]];

    private static StepCommand Reviving(string step, bool onlyAsks) => (f, attempt) => new Outgoing.ToNode(
        f.Request.SourceNode, new ReviveSource(
            f.Id, step, attempt, f.Request.SourceInstance, f.Request.Spec, f.Request.SourceEpoch, f.Digest ?? "")
        {
            OnlyAsks = onlyAsks,
        });
}
