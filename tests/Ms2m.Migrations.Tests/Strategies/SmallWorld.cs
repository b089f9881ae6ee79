using Ms2m.Contracts;
using Ms2m.Migrations.Tests.Stories;

namespace Ms2m.Migrations.Tests.Strategies;

/// <summary>Two instances that do what they are told, just well enough to see who serves: what a command does here is what
/// docs say that it does, and nothing is known of strategies.</summary>
internal sealed class SmallWorld(bool hasQueue, PodOwner? owner = null)
{
    public Life Source { get; private set; } = Life.Serves;

    public Life Target { get; private set; } = Life.Absent;

    /// <summary>What is left of the migration on the broker and in the nodes' folders.</summary>
    public HashSet<string> Things { get; } = [];

    public bool AllPagesThere { get; private set; }

    /// <summary>Which instance's pod is its owner's.</summary>
    public string? Owned { get; private set; } = "orders-1";

    /// <summary>Whether the owner had a reason to start one from the image.</summary>
    public bool EmptyOneMade { get; private set; }

    private bool Quiesced { get; set; }

    private bool CheckpointKept { get; set; }

    private bool NameTaken => owner == PodOwner.StatefulSet && Source != Life.Absent;

    /// <summary>Carries a command out, and gives what its receivers say to it. Done twice, it is done once.</summary>
    public IEnumerable<IMigrationMessage> Do(IMigrationMessage command)
    {
        switch (command)
        {
            case ReserveTarget c:
                Things.Add("reservation");
                return [new TargetReserved(c.MigrationId, c.Step, c.Attempt, "node-b", "http://node-b:8490/checkpoints", 2L << 30)];
            case GrantAccess c:
                Things.Add("broker user");
                return [new AccessGranted(c.MigrationId, c.Step, c.Attempt)];
            case RevokeShadow c:
                Things.Remove("broker user");
                return [new ShadowRevoked(c.MigrationId, c.Step, c.Attempt)];
            case OpenReplay c:
                Things.Add("R");
                return [new ReplayOpened(c.MigrationId, c.Step, c.Attempt, c.Unbound ? 0 : 1)];
            case SendFence c:
                return [new FenceSent(c.MigrationId, c.Step, c.Attempt)];
            case CloseReplay c:
                Things.Remove("R");
                Things.Remove("J");
                return [new ReplayClosed(c.MigrationId, c.Step, c.Attempt)];
            case PreCopy c:
                return [new PreCopied(c.MigrationId, c.Step, c.Attempt, "node-a", [], "nothing to copy")];
            case PrepareSource c when Source is Life.Serves or Life.Quiet:
                Things.Add("J");
                return [new SourcePrepared(c.MigrationId, c.Step, c.Attempt, "orders-1")];
            case QuiesceSource c when Source is Life.Serves or Life.Quiet:
                (Source, Quiesced) = (Life.Quiet, true);
                return [new JournalClosed(c.MigrationId, c.Step, c.Attempt, "orders-1", 32, "chain", "state"), .. CaughtUp(c.MigrationId)];
            case ResumeSource c when Source is Life.Serves or Life.Quiet:
                (Source, Quiesced) = (Life.Serves, false);
                return [new SourceResumed(c.MigrationId, c.Step, c.Attempt, "orders-1")];
            case TakeCheckpoint c when Source is not (Life.Absent or Life.Dead):
                Source = c.StaysFrozen ? Life.Frozen : Source;
                CheckpointKept = true;
                return
                [
                    new CheckpointTaken(c.MigrationId, c.Step, c.Attempt, "node-a", 70, 180),
                    new TransferCompleted(c.MigrationId, StepNames.SendCheckpoint, c.Attempt, "node-a", 60L << 20, "d1", 50),
                ];
            case FreezeInstance c when Source is not (Life.Absent or Life.Dead):
                Source = Life.Frozen;
                return [new InstanceFrozen(c.MigrationId, c.Step, c.Attempt, "node-a", c.InstanceId)];
            case ThawInstance c when Source is not (Life.Absent or Life.Dead):
                Source = Source == Life.Frozen ? Quiesced ? Life.Quiet : Life.Serves : Source;
                return [new InstanceThawed(c.MigrationId, c.Step, c.Attempt, "node-a", c.InstanceId)];
            // Its worker finds no process there, and says so at once.
            case ThawInstance c:
                return [new StepFailed(c.MigrationId, c.Step, c.Attempt, "node-a", new Failure("MS2M-2104", "It does not run.", "x"), Retryable: false)];
            case DiscardCheckpoint c:
                CheckpointKept = false;
                return [new CheckpointDiscarded(c.MigrationId, c.Step, c.Attempt, "node-a")];
            case CheckOwner c:
                return [new OwnerChecked(c.MigrationId, c.Step, c.Attempt)];
            case ReleaseName { UnlessItStays: true } c when Source is not Life.Absent:
                Owned = c.InstanceId;
                return [new NameReleased(c.MigrationId, c.Step, c.Attempt)];
            case ReleaseName c:
                // Its container ends with it, and its worker may say so.
                var exits = Source is Life.Absent ? Array.Empty<IMigrationMessage>() : [new InstanceExited(c.MigrationId, c.InstanceId, "node-a", 137)];
                (Source, Owned) = (Life.Absent, null);
                return [.. exits, new NameReleased(c.MigrationId, c.Step, c.Attempt)];
            case ReviveSource c when Source is Life.Absent && (!CheckpointKept || (!c.OnlyAsks && Target != Life.Absent)):
                return [new StepFailed(c.MigrationId, c.Step, c.Attempt, "node-a", new Failure("X", "It cannot be restored.", "x"), Retryable: false)];
            case ReviveSource c:
                Source = Source is Life.Absent && !c.OnlyAsks ? Life.Quiet : Source;
                return [new SourceRevived(c.MigrationId, c.Step, c.Attempt, "node-a", c.InstanceId)];
            case AdoptInstance c:
                Owned = c.InstanceId;
                return [new InstanceAdopted(c.MigrationId, c.Step, c.Attempt, c.InstanceId)];
            case RestoreShadow c when NameTaken:
                return [new StepFailed(c.MigrationId, c.Step, c.Attempt, "node-b", new Failure("X", "There is a pod of that name.", "x"), Retryable: false)];
            case RestoreShadow c:
                Target = Target == Life.Absent ? Life.Quiet : Target;
                return
                [
                    new ShadowReady(c.MigrationId, c.Step, c.Attempt, "node-b", c.InstanceId, 200),
                    // A process that knows nothing of us says nothing either.
                    .. hasQueue && !c.KeepsConnections ? Attached(c) : [],
                ];
            case StartInstance c:
                Target = Life.Serves;
                return [new InstanceStarted(c.MigrationId, c.Step, c.Attempt, "node-b", c.InstanceId, 300)];
            case PromoteShadow c when Target is Life.Quiet or Life.Serves:
                Target = Life.Serves;
                return [new ShadowPromoted(c.MigrationId, c.Step, c.Attempt, c.InstanceId, c.Epoch, 12)];
            case ActivateInstance c when Target is Life.Quiet or Life.Serves:
                Target = hasQueue ? Target : Life.Serves;
                return [new InstanceActivated(c.MigrationId, c.Step, c.Attempt, "node-b", c.InstanceId)];
            // Frozen, the source still has the rest; else its worker says at once that nobody has, and has killed the copy.
            case CollectPages c when Source == Life.Frozen || AllPagesThere:
                AllPagesThere = true;
                return [new PagesCollected(c.MigrationId, c.Step, c.Attempt, "node-b", 60L << 20, 400)];
            case CollectPages c:
                Target = Life.Dead;
                return [new StepFailed(c.MigrationId, c.Step, c.Attempt, "node-b", new Failure(Failures.SourceMemoryGone, "The source has ended.", "x"), Retryable: false)];
            case RevokeSource c:
                Source = Source == Life.Serves ? Life.Quiet : Source;
                return [new SourceRevoked(c.MigrationId, c.Step, c.Attempt)];
            case RemoveInstance { Step: StepNames.RemoveSource } c:
                EmptyOneMade |= owner == PodOwner.ReplicaSet && Owned == c.InstanceId && Source != Life.Absent;
                Source = Life.Absent;
                CheckpointKept = false;
                return [new InstanceRemoved(c.MigrationId, c.Step, c.Attempt, "node-a", c.InstanceId)];
            case RemoveInstance { Step: StepNames.RemoveTarget } c:
                Target = Life.Absent;
                Things.Remove("reservation");
                return [new InstanceRemoved(c.MigrationId, c.Step, c.Attempt, "node-b", c.InstanceId)];
            default:
                return [];
        }
    }

    public void KillSource() => Source = Life.Dead;

    private IEnumerable<IMigrationMessage> Attached(RestoreShadow c) =>
    [
        new ShadowAttached(c.MigrationId, c.InstanceId, 3),
        new ReplayProgressed(c.MigrationId, c.InstanceId, 10, 20, 10, 50),
        new ReplayProgressed(c.MigrationId, c.InstanceId, 30, 1, 10, 300),
        .. CaughtUp(c.MigrationId),
    ];

    private IEnumerable<IMigrationMessage> CaughtUp(Guid id) => Quiesced && Target == Life.Quiet
        ? [new ReplayCaughtUp(id, StepNames.VerifyHandoff, 1, Story.Shadow, 32, "chain", "state")]
        : [];
}

internal enum Life
{
    Absent,

    /// <summary>It runs, and does nothing that anybody could notice.</summary>
    Quiet,
    Serves,
    Frozen,
    Dead,
}
