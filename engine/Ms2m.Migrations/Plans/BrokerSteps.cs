using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>Steps of the engine's own hands on the broker. No node is needed for them.</summary>
public static class BrokerSteps
{
    /// <summary>How long after the binding of R the fence is published: a message routed before the binding may still
    /// be on its way to Q. Nobody waits for it.</summary>
    private static readonly TimeSpan _settlingDelay = TimeSpan.FromMilliseconds(250);

    private static readonly UndoStep _revokeShadow = new(
        StepNames.RevokeShadow, UndoOrder.TakeAway, new(20, 5),
        (f, attempt) => AtOnce(new RevokeShadow(f.Id, StepNames.RevokeShadow, attempt, f.ShadowInstance)));

    public static UndoStep CloseReplayOfShadow { get; } = new(
        StepNames.CloseReplay, UndoOrder.Last, new(10, 5),
        (f, attempt) => AtOnce(new CloseReplay(f.Id, StepNames.CloseReplay, attempt, f.ShadowInstance)));

    public static ReversibleStep Grant { get; } = new(
        StepNames.GrantAccess, Phase.Pending, new(10, 3),
        (f, attempt) => AtOnce(new GrantAccess(
            f.Id, StepNames.GrantAccess, attempt, f.Request.SourceInstance, f.Request.SourceNode, f.ShadowInstance,
            f.Request.TargetNode, f.Request.Spec)),
        [_revokeShadow]);

    public static ReversibleStep OpenReplay { get; } = new(
        StepNames.OpenReplay, Phase.Checkpointing, new(10, 3), Opening(unbound: false), [CloseReplayOfShadow],
        Then: (f, attempt) => new Outgoing.ToBroker(
            new SendFence(f.Id, StepNames.SendFence, attempt, QueueOf(f), f.Request.SourceInstance), _settlingDelay));

    /// <summary>Nothing is replayed; a copy looks for the queue all the same.</summary>
    public static ReversibleStep OpenEmptyReplay { get; } = new(
        StepNames.OpenReplay, Phase.Pending, new(10, 3), Opening(unbound: true), [CloseReplayOfShadow]);

    /// <summary>Before the commit point: a source that is not as dead as it looked would act beside the copy.</summary>
    public static ReversibleStep RevokeLostSource { get; } = new(
        StepNames.RevokeSource, Phase.Finalizing, new(15, 10), Revoking);

    public static ForwardStep RevokeSource { get; } = new(StepNames.RevokeSource, new(20, 10), Revoking);

    /// <summary>Once the source is removed: one that still runs would declare its control queue again.</summary>
    public static ForwardStep CloseReplay { get; } = new(
        StepNames.CloseReplay, new(10, 10),
        (f, attempt) => AtOnce(new CloseReplay(f.Id, StepNames.CloseReplay, attempt, f.Request.SourceInstance)));

    private static StepCommand Opening(bool unbound) => (f, attempt) => AtOnce(
        new OpenReplay(f.Id, StepNames.OpenReplay, attempt, QueueOf(f)) { Unbound = unbound });

    private static Outgoing.ToBroker Revoking(Facts f, int attempt) =>
        AtOnce(new RevokeSource(f.Id, StepNames.RevokeSource, attempt, f.Request.SourceInstance));

    private static string QueueOf(Facts f) => f.Request.Spec.Queue
        ?? throw new InvalidOperationException("A workload without a queue is never moved like this: the request is refused.");

    private static Outgoing.ToBroker AtOnce(IMigrationMessage task) => new(task, TimeSpan.Zero);
}
