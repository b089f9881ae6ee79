using System.Collections.Immutable;
using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>Steps of the source and of its node's worker.</summary>
public static class SourceSteps
{
    // Repeated, a preparation changes nothing at a source that is prepared, and only one that lives answers.
    private static readonly UndoStep _confirm = new(
        StepNames.ConfirmSource, UndoOrder.Confirm, new(5, 3), Preparing(StepNames.ConfirmSource), SignOfLife: true, OnlyAsks: true);

    private static readonly UndoStep _discard = new(
        StepNames.DiscardCheckpoint, UndoOrder.TakeAway, new(15, 5),
        (f, attempt) => ToSourceNode(f, new DiscardCheckpoint(f.Id, StepNames.DiscardCheckpoint, attempt)),
        // A source whose pod is gone and could not be restored is in it, and nowhere else.
        AfterUndoOf: StepNames.ReleaseName);

    private static readonly UndoStep _resume = new(
        StepNames.ResumeSource, UndoOrder.TakeAway, new(5, 6),
        (f, attempt) => ToSource(f, new ResumeSource(f.Id, StepNames.ResumeSource, attempt, f.Request.SourceInstance)),
        ServesAgain: true);

    /// <summary>Memory travels while the source runs on; what does not is no failure.</summary>
    private static readonly ReversibleStep _preCopy = new(
        StepNames.PreCopy, Phase.Transferring, new(600, 1, strictAttempt: true),
        (f, attempt) => ToSourceNode(f, new PreCopy(
            f.Id, StepNames.PreCopy, attempt, f.Request.SourceInstance, f.Request.TargetNode, f.TransferUrl!, "",
            TargetSteps.MaxBytes(f))
        {
            Transfer = f.Request.Transfer,
        }),
        [_discard], Optional: true);

    public static ReversibleStep Prepare { get; } = new(
        StepNames.PrepareSource, Phase.Pending, new(5, 3), Preparing(StepNames.PrepareSource),
        // The source declares J with its answer; only what has stopped journaling leaves it deleted.
        [_resume, BrokerSteps.CloseReplayOfShadow]);

    /// <summary>The stage that sends memory ahead, where that was asked for.</summary>
    public static ImmutableArray<ImmutableArray<ReversibleStep>> Ahead(Shape shape) => shape.PreCopies ? [[_preCopy]] : [];

    /// <summary>The source runs on.</summary>
    public static ReversibleStep Checkpoint { get; } = new(
        StepNames.TakeCheckpoint, Phase.Checkpointing, new(Moving, 2, StrictAttempt: true), Taking(frozen: false, connected: false),
        [_confirm, _discard]);

    /// <summary>Of a pod that may have to be restored from it: kept until the source serves again.</summary>
    public static ReversibleStep CheckpointOfPod { get; } =
        Checkpoint with { Undo = [_confirm, _discard with { Order = UndoOrder.Last }] };

    /// <summary>The source has said its last word and stands still from here on.</summary>
    public static ReversibleStep CheckpointQuiesced { get; } = new(
        StepNames.TakeCheckpoint, Phase.Checkpointing, new(Moving, 2, StrictAttempt: true), Taking(frozen: true, connected: false),
        [Thaw(UndoOrder.Thaw, signOfLife: false), _confirm, _discard], StopsSource: true);

    /// <summary>The source stands still from here on, and its connections with it.</summary>
    public static ReversibleStep CheckpointConnected { get; } = new(
        StepNames.TakeCheckpoint, Phase.Checkpointing, new(Moving, 2, StrictAttempt: true), Taking(frozen: true, connected: true),
        [Thaw(UndoOrder.Thaw, signOfLife: true), _discard], StopsSource: true);

    public static ReversibleStep Send { get; } = new(
        StepNames.SendCheckpoint, Phase.Transferring, new(Sending, 1), Command: null, AttemptOf: StepNames.TakeCheckpoint);

    public static ReversibleStep Freeze { get; } = new(
        StepNames.FreezeSource, Phase.Checkpointing, new(10, 3),
        (f, attempt) => ToSourceNode(f, new FreezeInstance(f.Id, StepNames.FreezeSource, attempt, f.Request.SourceInstance)),
        // Last, and only if it is certain that the new instance is gone: it may have served already, and may serve still.
        [Thaw(UndoOrder.Last, signOfLife: false) with { AfterUndoOf = StepNames.StartTarget }], StopsSource: true);

    public static ReversibleStep Quiesce { get; } = new(
        StepNames.QuiesceSource, Phase.Finalizing, new(10, 3), Quiescing, SilenceMeansLost: true, StopsSource: true);

    /// <summary>Before there is a copy: a source that does not answer cannot be lost, only left as it is.</summary>
    public static ReversibleStep QuiesceFirst { get; } = new(
        StepNames.QuiesceSource, Phase.Pending, new(10, 3), Quiescing, StopsSource: true);

    public static ForwardStep Remove { get; } = new(
        StepNames.RemoveSource, new(20, 10),
        (f, attempt) => ToSourceNode(f, new RemoveInstance(f.Id, StepNames.RemoveSource, attempt, f.Request.SourceInstance)));

    /// <summary>Waits for its node to say that it has exited. Whether it is removed depends on that.</summary>
    public static ForwardStep HearOfEnd { get; } = new(StepNames.ConfirmSource, new(10, 1), Command: null);

    private static UndoStep Thaw(int order, bool signOfLife) => new(
        // It waits behind a dump that is still being made and cannot be broken off.
        StepNames.ThawSource, order, new(15, 20),
        (f, attempt) => ToSourceNode(f, new ThawInstance(f.Id, StepNames.ThawSource, attempt, f.Request.SourceInstance)),
        SignOfLife: signOfLife, ServesAgain: true);

    private static StepCommand Preparing(string step) => (f, attempt) => ToSource(f, new PrepareSource(
        f.Id, step, attempt, f.Request.SourceInstance, Names.JournalQueue(f.Id)));

    private static StepCommand Taking(bool frozen, bool connected) => (f, attempt) => ToSourceNode(f, new TakeCheckpoint(
        f.Id, StepNames.TakeCheckpoint, attempt, f.Request.SourceInstance, f.Request.TargetNode,
        f.TransferUrl!, "", TargetSteps.MaxBytes(f))
    {
        Transfer = f.Request.Transfer,
        StaysFrozen = frozen,
        KeepsConnections = connected,
        PostCopy = f.Request.PostCopy,
    });

    private static Outgoing.ToInstance Quiescing(Facts f, int attempt) => ToSource(f, new QuiesceSource(
        f.Id, StepNames.QuiesceSource, attempt, f.Request.SourceInstance));

    /// <summary>Of a dump or a restore: a minute, and what the memory takes on a slow machine.</summary>
    internal static TimeSpan Moving(Facts facts) => TimeSpan.FromSeconds(60 + (facts.Request.SourceMemoryBytes / 25e6));

    // At the slowest link that is supported, with time to spare; a limit that was asked for may make it slower still.
    internal static TimeSpan Sending(Facts facts)
    {
        const long slowest = 300_000;
        var speed = Math.Min(slowest, facts.Request.Transfer.MaxBytesPerSecond ?? slowest);
        return TimeSpan.FromSeconds(Math.Clamp(120 + (facts.Request.SourceMemoryBytes / Math.Max(1, speed)), 120, 6 * 3600));
    }

    private static Outgoing.ToNode ToSourceNode(Facts f, IMigrationMessage command) => new(f.Request.SourceNode, command);

    private static Outgoing.ToInstance ToSource(Facts f, IMigrationMessage command) => new(f.Request.SourceInstance, command);
}
