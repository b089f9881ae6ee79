using System.Text.Json.Serialization;
using Ms2m.Contracts;
using Ms2m.Migrations;
using Ms2m.Migrations.Plans;

namespace Ms2m.History.Timelines;

/// <summary>Somebody who takes part in a migration.</summary>
/// <param name="Name">Of the node or the instance.</param>
public sealed record Party(PartyKind Kind, string Name)
{
    public static Party Engine { get; } = new(PartyKind.Engine, "engine");

    public override string ToString() => Name;

    /// <summary>Whose word an event is.</summary>
    public static Party SaidBy(IMigrationMessage data, Facts? facts) => data switch
    {
        StepFailed failed => At(failed.Node, facts),
        TargetReserved one => Node(one.Node),
        CheckpointTaken one => Node(one.Node),
        TransferCompleted one => Node(one.Node),
        ShadowReady one => Node(one.Node),
        InstanceActivated one => Node(one.Node),
        InstanceRemoved one => Node(one.Node),
        CheckpointDiscarded one => Node(one.Node),
        PreCopied one => Node(one.Node),
        PagesCollected one => Node(one.Node),
        InstanceFrozen one => Node(one.Node),
        InstanceThawed one => Node(one.Node),
        InstanceStarted one => Node(one.Node),
        SourceRevived one => Node(one.Node),
        InstanceExited one => Node(one.Node),
        SourcePrepared one => Instance(one.InstanceId, facts),
        FenceReached one => Instance(one.InstanceId, facts),
        ShadowAttached one => Instance(one.InstanceId, facts),
        ReplayProgressed one => Instance(one.InstanceId, facts),
        JournalClosed one => Instance(one.InstanceId, facts),
        ReplayCaughtUp one => Instance(one.InstanceId, facts),
        HandoffBroken one => Instance(one.InstanceId, facts),
        ShadowPromoted one => Instance(one.InstanceId, facts),
        SourceResumed one => Instance(one.InstanceId, facts),
        _ => Engine,
    };

    /// <summary>Who is asked to do a step in a state, or who is waited for where nobody is asked: the plan knows.</summary>
    public static Party AskedFor(string step, MigrationState state)
    {
        if (Migration.FactsOf(state) is not { } facts || PlanCatalogue.Find(facts.Request) is not { } plan)
        {
            return Engine;
        }

        var command = state switch
        {
            MigrationState.Committed => plan.Forward(step)?.Command,
            MigrationState.RollingBack back => plan.Undo(back.ToUndo, step)?.Command,
            _ => CommandOf(plan, plan.Reversible(step)),
        };
        return command?.Invoke(facts, 1) switch
        {
            Outgoing.ToNode node => Node(node.Node),
            Outgoing.ToInstance instance => Instance(instance.InstanceId, facts),
            Outgoing.ToBroker or Outgoing.ToCluster => Engine,
            _ when plan.Reversible(step) is { Command: null } => Instance(facts.ShadowInstance, facts),
            _ => Engine,
        };
    }

    private static StepCommand? CommandOf(Plan plan, ReversibleStep? step) =>
        step?.Command ?? (step?.AttemptOf is { } command ? plan.Reversible(command)?.Command : null);

    private static Party At(string where, Facts? facts) =>
        where is Names.Engine or "engine" ? Engine
        : facts is not null && (where == facts.Request.SourceInstance || where == facts.ShadowInstance) ? Instance(where, facts)
        : Node(where);

    private static Party Node(string name) => new(PartyKind.Node, name);

    private static Party Instance(string id, Facts? facts) =>
        new(id == facts?.Request.SourceInstance ? PartyKind.Source : PartyKind.Shadow, id);
}

[JsonConverter(typeof(JsonStringEnumConverter<PartyKind>))]
public enum PartyKind
{
    /// <summary>Decides, and does what is to be done on the broker.</summary>
    Engine,

    /// <summary>A node's worker.</summary>
    Node,

    /// <summary>The workload's instance that is moved.</summary>
    Source,

    /// <summary>The instance that it becomes.</summary>
    Shadow,
}
