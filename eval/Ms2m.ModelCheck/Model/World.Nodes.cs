using Ms2m.Contracts;
using Ms2m.ModelCheck.Parts;

namespace Ms2m.ModelCheck;

/// <summary>What node workers do, and the engine's own hands on the broker. Each command is carried out in one move and
/// answered at once: that an answer is long on its way is the same as that the command is, except for those which
/// <see cref="Fault.AnswerTwice"/> repeats.</summary>
internal sealed partial class World
{
    private void NodeWorks(int message)
    {
        switch (scene.Messages[message])
        {
            case { MigrationId: var id } when id != Inside.Migration(Deciding.Migration): break;
            case ReserveTarget reserve:
                Answer(new TargetReserved(reserve.MigrationId, reserve.Step, reserve.Attempt, "b", "http://b/", 1 << 30));
                break;
            case TakeCheckpoint take: Freeze(take); break;
            case RestoreShadow restore: Restore(restore); break;
            case ActivateInstance activate when ShadowFile != FileNone:
                ShadowFile = FilePromoted;
                Answer(new InstanceActivated(
                    activate.MigrationId, activate.Step, activate.Attempt, "b", activate.InstanceId));
                break;
            case ActivateInstance activate: Trouble(activate, "b", retryable: false); break;
            case DiscardCheckpoint discard:
                ForgetImage();
                Answer(new CheckpointDiscarded(discard.MigrationId, discard.Step, discard.Attempt, "a"));
                break;
            case RemoveInstance { InstanceId: SourceId } remove:
                Kill(0);
                Answer(new InstanceRemoved(remove.MigrationId, remove.Step, remove.Attempt, "a", remove.InstanceId));
                break;
            case RemoveInstance remove:
                Kill(1);
                ShadowFile = FileNone;
                ForgetImage();
                Set(WorldFlags.TargetRemoved);
                Answer(new InstanceRemoved(remove.MigrationId, remove.Step, remove.Attempt, "b", remove.InstanceId));
                break;
            // The second half of taking a checkpoint: it has come to the target.
            case CheckpointTaken taken when Has(WorldFlags.TargetRemoved):
                ForgetImage();
                Answer(new StepFailed(taken.MigrationId, StepNames.SendCheckpoint, taken.Attempt, "a", Refused, false));
                break;
            case CheckpointTaken taken:
                Set(WorldFlags.ImageArrived);
                Answer(taken);
                Answer(new TransferCompleted(
                    taken.MigrationId, StepNames.SendCheckpoint, taken.Attempt, "a", 1, "digest", 1));
                break;
            default:
                throw new InvalidOperationException($"The model does not know the command {scene.Messages[message].GetType().Name}.");
        }
    }

    /// <summary>The source stands still wherever it is: in a handler, or between any two of its acts.</summary>
    private void Freeze(TakeCheckpoint take)
    {
        if (Source < 0)
        {
            Trouble(take, "a", retryable: true);
            return;
        }
        Image = scene.Processes.Do(Source, new Input(InputKind.Restore, Deciding.Migration)).Next;
        Set(WorldFlags.SourceWatched);
        Put(ToNodes, scene.Messages.Of(new CheckpointTaken(take.MigrationId, take.Step, take.Attempt, "a", 0, 0)));
    }

    private void ForgetImage()
    {
        Image = Nobody;
        Set(WorldFlags.ImageArrived, false);
        ToNodes.RemoveAll(command => scene.Messages[command] is CheckpointTaken);
    }

    private void Restore(RestoreShadow restore)
    {
        if (Has(WorldFlags.TargetRemoved) || (Shadow < 0 && !Has(WorldFlags.ImageArrived)))
        {
            Trouble(restore, "b", retryable: false);
            return;
        }
        if (Shadow < 0)
        {
            ShadowFile = FileShadow;
            Shadow = Image;
            // Its memory is used up: a shadow that dies is not made a second time.
            Image = Nobody;
            Set(WorldFlags.ImageArrived, false);
            LinesRead = 0;
        }
        Answer(new ShadowReady(restore.MigrationId, restore.Step, restore.Attempt, "b", restore.InstanceId, 1));
    }

    private void BrokerWorks(int message, int choice)
    {
        var task = (IStepMessage)scene.Messages[message];
        if (task is not (CloseReplay or RevokeShadow)
            && (task.MigrationId != Inside.Migration(Deciding.Migration) || !scene.Engines.Wants(Engine, message)))
        {
            return;
        }
        switch (task)
        {
            case GrantAccess:
                Set(WorldFlags.ShadowGranted);
                Answer(new AccessGranted(task.MigrationId, task.Step, task.Attempt));
                break;
            case RevokeShadow:
                Set(WorldFlags.ShadowGranted, false);
                Lose(1, 0, marked: true);
                Answer(new ShadowRevoked(task.MigrationId, task.Step, task.Attempt));
                break;
            case RevokeSource:
                Set(WorldFlags.SourceRevoked);
                Lose(0, 0, marked: true);
                Answer(new SourceRevoked(task.MigrationId, task.Step, task.Attempt));
                break;
            case OpenReplay:
                OpenReplayQueue(choice);
                Answer(new ReplayOpened(task.MigrationId, task.Step, task.Attempt, 1));
                break;
            case SendFence:
                Queue.Add(Item.Fence(Published, Deciding.Migration));
                break;
            case CloseReplay close:
                ReplayGoes();
                (close.InstanceId == SourceId ? ToSource : ToShadow).Clear();
                Answer(new ReplayClosed(task.MigrationId, task.Step, task.Attempt));
                break;
            default:
                throw new InvalidOperationException($"The model does not know the engine's work {task.GetType().Name}.");
        }
    }

    /// <summary>Each publisher may have messages on their way that were routed before.</summary>
    private void OpenReplayQueue(int choice)
    {
        Set(WorldFlags.ReplayBound);
        for (var each = 0; each < Publishers.Count; each++)
        {
            var left = Publishers[each].Left;
            var choices = 1 + Math.Min((int)left, MostEarly);
            Publishers[each] = (left, (byte)(choice % choices));
            choice /= choices;
        }
        Publishers.Sort();
    }

    private void ReplayGoes()
    {
        Set(WorldFlags.ReplayBound, false);
        Set(WorldFlags.JournalThere, false);
        Journal.Clear();
        LinesRead = 0;
        for (var each = 0; each < Publishers.Count; each++)
        {
            Publishers[each] = (Publishers[each].Left, 0);
        }
        Publishers.Sort();
        if (ShadowProcess is { Following: true })
        {
            Tell(1, new Input(InputKind.ReplayGone));
        }
    }

    private void Answer(IStepMessage answer) => Hear(scene.Messages.Of(answer));

    private static Failure Refused { get; } = new("MS2M-2403", "Refused.", "None.");

    private void Trouble(IStepMessage command, string node, bool retryable) => Answer(new StepFailed(
        command.MigrationId, command.Step, command.Attempt, node, Refused, retryable));
}
