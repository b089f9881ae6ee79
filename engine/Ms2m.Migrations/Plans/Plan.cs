using System.Collections.Immutable;

namespace Ms2m.Migrations.Plans;

/// <summary>A strategy as data: stages of steps up to the commit point, and stages after it. The steps of one stage run
/// together; the next stage begins when all of them are done.</summary>
/// <param name="Strategy">Name by which it is asked for.</param>
/// <param name="Before">Stages that can be undone.</param>
/// <param name="Proof">What must be shown, once they are done, before the commit point is passed.</param>
/// <param name="After">Stages past the commit point.</param>
/// <param name="ServesWith">The step that, once done, lets the workload serve from the target.</param>
/// <param name="Failover">Stages that lead to the commit point instead of <paramref name="Before"/> once the source is
/// lost; empty where the strategy knows no such way. A step that is over already is not repeated.</param>
/// <param name="CopyStaysRight">Whether a copy may still take over when the source has been told to go on and then died:
/// not where the source serves at once and the copy does not hear of it. Such a copy is kept for a person to judge.</param>
/// <param name="CopyNeedsSource">Whether the copy is nothing without the source until a step after the commit point is done:
/// it is not worth keeping when the source is lost.</param>
public sealed record Plan(
    string Strategy,
    ImmutableArray<ImmutableArray<ReversibleStep>> Before,
    Proof Proof,
    ImmutableArray<ImmutableArray<ForwardStep>> After,
    string ServesWith,
    ImmutableArray<ImmutableArray<ReversibleStep>> Failover,
    bool CopyStaysRight = true,
    bool CopyNeedsSource = false)
{
    /// <summary>The step of that name before the commit point, if there is one.</summary>
    public ReversibleStep? Reversible(string name) =>
        Before.Concat(Failover).SelectMany(stage => stage).FirstOrDefault(s => s.Name == name);

    /// <summary>The stages on the way to the commit point, as things are.</summary>
    public ImmutableArray<ImmutableArray<ReversibleStep>> WayToCommit(Facts facts) =>
        facts.SourceLost is null ? Before : Failover;

    /// <summary>The step of that name after the commit point, if there is one.</summary>
    public ForwardStep? Forward(string name) => After.SelectMany(stage => stage)
        .Concat(CopyNeedsSource ? [TargetSteps.RemoveLost, SourceSteps.HearOfEnd] : [])
        .FirstOrDefault(s => s.Name == name);

    /// <summary>Those without which the migration has failed.</summary>
    public IEnumerable<ForwardStep> Essential => After.SelectMany(stage => stage).Where(step => step.Essential);

    /// <summary>The undo step of that name among those of the named steps, if there is one.</summary>
    public UndoStep? Undo(IEnumerable<string> started, string name) =>
        Rollback(started).SelectMany(stage => stage).FirstOrDefault(undo => undo.Name == name);

    /// <summary>The undo step of that name, if any step has one.</summary>
    public UndoStep? Undo(string name) =>
        Before.Concat(Failover).SelectMany(stage => stage).SelectMany(step => step.Undo ?? []).FirstOrDefault(undo => undo.Name == name);

    /// <summary>The undo steps of the named steps, in stages by their order.</summary>
    public ImmutableArray<ImmutableArray<UndoStep>> Rollback(IEnumerable<string> started) =>
    [
        .. started.SelectMany(name => Reversible(name)?.Undo ?? [])
            .OrderBy(undo => undo.Order)
            .DistinctBy(undo => undo.Name)
            .GroupBy(undo => undo.Order)
            .OrderBy(stage => stage.Key)
            .Select(stage => stage.OrderBy(undo => undo.Name, StringComparer.Ordinal).ToImmutableArray()),
    ];
}
