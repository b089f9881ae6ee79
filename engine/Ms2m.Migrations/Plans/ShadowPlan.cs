using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>Restore a copy beside the running source, let it follow the source's journal, hand over at a position.
/// docs/handoff.md explains why each step is where it is.</summary>
public static class ShadowPlan
{
    /// <summary>How long after the binding of R the fence is published: a message routed before the binding may still
    /// be on its way to Q. Nobody waits for it.</summary>
    private static readonly TimeSpan SettlingDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>A transfer is cut off at this multiple of the source's resident memory, plus a constant.</summary>
    private static long MaxBytes(Facts facts) => (facts.Request.SourceMemoryBytes * 3) + (256L << 20);

    private static readonly UndoStep CloseReplayStep = new(StepNames.CloseReplay, 2, new(10, 5), CloseAfterRollback);

    private static readonly ReversibleStep OpenReplayStep = new(
        StepNames.OpenReplay, Phase.Checkpointing, new(10, 3), Open,
        [CloseReplayStep], Then: Fence);

    private static readonly ReversibleStep SendCheckpointStep = new(
        StepNames.SendCheckpoint, Phase.Transferring, new(120, 1), Command: null, AttemptOf: StepNames.TakeCheckpoint);

    private static readonly ReversibleStep RestoreShadowStep = new(
        StepNames.RestoreShadow, Phase.Restoring, new(60, 2, strictAttempt: true), Restore);

    private static readonly ReversibleStep AttachShadowStep = new(
        StepNames.AttachShadow, Phase.Restoring, new(20, 1), Command: null);

    public static Plan Plan { get; } = new(
        "shadow",
        Before:
        [
            [
                new(StepNames.ReserveTarget, Phase.Pending, new(10, 2, strictAttempt: true), Reserve,
                    [new(StepNames.RemoveTarget, 1, new(15, 5), RemoveShadow)], Refuses: true),
                new(StepNames.GrantAccess, Phase.Pending, new(10, 3), Grant,
                    [new(StepNames.RevokeShadow, 1, new(20, 5), RevokeTarget)]),
            ],
            [
                new(StepNames.PrepareSource, Phase.Pending, new(5, 3), Prepare,
                    // The source declares J with its answer; only what has stopped journaling leaves it deleted.
                    [new(StepNames.ResumeSource, 1, new(5, 6), Resume), CloseReplayStep]),
            ],
            [
                new(StepNames.TakeCheckpoint, Phase.Checkpointing, new(60, 2, strictAttempt: true), Checkpoint,
                    // Before anything is removed: a source that nobody has heard of since may be dead, and then the copy is the
                    // last one.
                    [new(StepNames.ConfirmSource, 0, new(5, 3), Confirm), new(StepNames.DiscardCheckpoint, 1, new(15, 5), Discard)]),
                OpenReplayStep,
            ],
            [SendCheckpointStep],
            [RestoreShadowStep],
            [AttachShadowStep],
            [new(StepNames.FollowReplay, Phase.Replaying, new(WholeReplay, 1), Command: null)],
            [
                new(StepNames.QuiesceSource, Phase.Finalizing, new(10, 3), Quiesce, SilenceMeansLost: true),
                // It fails for the source's silence too, should its deadline come before the last one of the other.
                new(StepNames.VerifyHandoff, Phase.Finalizing, new(Drain, 1), Command: null, SilenceMeansLost: true),
            ],
        ],
        After:
        [
            [
                new(StepNames.PromoteShadow, new(5, 20), Promote, Essential: true),
                new(StepNames.ActivateInstance, new(10, 20), Activate),
            ],
            [
                // The broker needs nobody's help for it: a source whose node does not answer is shut out all the same.
                new(StepNames.RevokeSource, new(20, 10), Revoke),
                new(StepNames.RemoveSource, new(20, 10), RemoveOld),
            ],
            // Only now: a source that still runs would declare its control queue again.
            [new(StepNames.CloseReplay, new(10, 10), CloseAfterCommit)],
        ],
        Failover:
        [
            [OpenReplayStep, SendCheckpointStep],
            [RestoreShadowStep],
            [AttachShadowStep],
            // Only then may the shadow act: a source that is not as dead as it looked would act beside it.
            [new(StepNames.RevokeSource, Phase.Finalizing, new(15, 10), Revoke)],
        ]);

    private static TimeSpan WholeReplay(Facts facts) =>
        TimeSpan.FromMilliseconds(facts.Request.Policy.MaxReplayMs) + TimeSpan.FromSeconds(30);

    private static TimeSpan Drain(Facts facts) =>
        TimeSpan.FromSeconds(30) + TimeSpan.FromMilliseconds(3 * facts.PredictedInterruptionMs);

    private static string QueueOf(Facts f) => f.Request.Spec.Queue
        ?? throw new InvalidOperationException("A workload without a queue is never moved by this strategy: the request is refused.");

    // Tokens are secrets and no part of any event or state: the shell writes them into the commands that carry one.
    private static Outgoing.ToNode Reserve(Facts f, int attempt) => ToTarget(f, new ReserveTarget(
        f.Id, StepNames.ReserveTarget, attempt, f.ShadowInstance, f.Request.Spec,
        f.Request.SourceNode, "",
        f.Request.SourceMemoryBytes, MaxBytes(f)));

    private static Outgoing.ToBroker Grant(Facts f, int attempt) => new(
        new GrantAccess(
            f.Id, StepNames.GrantAccess, attempt, f.Request.SourceInstance, f.Request.SourceNode, f.ShadowInstance,
            f.Request.TargetNode, f.Request.Spec),
        TimeSpan.Zero);

    private static Outgoing.ToBroker RevokeTarget(Facts f, int attempt) => new(
        new RevokeShadow(f.Id, StepNames.RevokeShadow, attempt, f.ShadowInstance), TimeSpan.Zero);

    private static Outgoing.ToInstance Prepare(Facts f, int attempt) => ToSource(f, new PrepareSource(
        f.Id, StepNames.PrepareSource, attempt, f.Request.SourceInstance, Names.JournalQueue(f.Id)));

    // Repeated, it changes nothing at a source that is prepared, and only one that lives answers.
    private static Outgoing.ToInstance Confirm(Facts f, int attempt) => ToSource(f, new PrepareSource(
        f.Id, StepNames.ConfirmSource, attempt, f.Request.SourceInstance, Names.JournalQueue(f.Id)));

    private static Outgoing.ToNode Checkpoint(Facts f, int attempt) => new(f.Request.SourceNode, new TakeCheckpoint(
        f.Id, StepNames.TakeCheckpoint, attempt, f.Request.SourceInstance, f.Request.TargetNode,
        f.TransferUrl!, "", MaxBytes(f)));

    private static Outgoing.ToBroker Open(Facts f, int attempt) => new(
        new OpenReplay(f.Id, StepNames.OpenReplay, attempt, QueueOf(f)), TimeSpan.Zero);

    private static Outgoing.ToBroker Fence(Facts f, int attempt) => new(
        new SendFence(f.Id, StepNames.SendFence, attempt, QueueOf(f), f.Request.SourceInstance), SettlingDelay);

    private static Outgoing.ToNode Restore(Facts f, int attempt) => ToTarget(f, new RestoreShadow(
        f.Id, StepNames.RestoreShadow, attempt, f.ShadowInstance, f.Request.Spec, f.Request.SourceEpoch, f.Digest!));

    private static Outgoing.ToInstance Quiesce(Facts f, int attempt) => ToSource(f, new QuiesceSource(
        f.Id, StepNames.QuiesceSource, attempt, f.Request.SourceInstance));

    private static Outgoing.ToBroker Revoke(Facts f, int attempt) => new(
        new RevokeSource(f.Id, StepNames.RevokeSource, attempt, f.Request.SourceInstance), TimeSpan.Zero);

    private static Outgoing.ToInstance Promote(Facts f, int attempt) => new(f.ShadowInstance, new PromoteShadow(
        f.Id, StepNames.PromoteShadow, attempt, f.ShadowInstance, f.Request.SourceEpoch + 1));

    private static Outgoing.ToNode Activate(Facts f, int attempt) => ToTarget(f, new ActivateInstance(
        f.Id, StepNames.ActivateInstance, attempt, f.ShadowInstance, f.Request.SourceEpoch + 1));

    private static Outgoing.ToNode RemoveOld(Facts f, int attempt) => new(f.Request.SourceNode, new RemoveInstance(
        f.Id, StepNames.RemoveSource, attempt, f.Request.SourceInstance));

    private static Outgoing.ToBroker CloseAfterCommit(Facts f, int attempt) => new(
        new CloseReplay(f.Id, StepNames.CloseReplay, attempt, f.Request.SourceInstance), TimeSpan.Zero);

    private static Outgoing.ToNode RemoveShadow(Facts f, int attempt) => ToTarget(f, new RemoveInstance(
        f.Id, StepNames.RemoveTarget, attempt, f.ShadowInstance));

    private static Outgoing.ToInstance Resume(Facts f, int attempt) => ToSource(f, new ResumeSource(
        f.Id, StepNames.ResumeSource, attempt, f.Request.SourceInstance));

    private static Outgoing.ToNode Discard(Facts f, int attempt) => new(
        f.Request.SourceNode, new DiscardCheckpoint(f.Id, StepNames.DiscardCheckpoint, attempt));

    private static Outgoing.ToBroker CloseAfterRollback(Facts f, int attempt) => new(
        new CloseReplay(f.Id, StepNames.CloseReplay, attempt, f.ShadowInstance), TimeSpan.Zero);

    private static Outgoing.ToNode ToTarget(Facts f, IMigrationMessage command) => new(f.Request.TargetNode, command);

    private static Outgoing.ToInstance ToSource(Facts f, IMigrationMessage command) => new(f.Request.SourceInstance, command);
}
