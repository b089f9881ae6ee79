using Ms2m.Contracts;

namespace Ms2m.History.MadeUp;

/// <summary>What nodes, instances and broker answer to a command, and how long they work on it: about what was measured of a
/// 27 MB consumer.</summary>
/// <param name="fate">What is to become of the migration.</param>
internal sealed class MadeUpAnswers(Random random, MadeUpFate fate, string workload, string source, string target, string instance)
{
    private int _unanswered = fate == MadeUpFate.NeedsASecondAttempt ? 1 : 0;

    /// <summary>An answer and the work before it; <paramref name="Asked"/> is false for what nobody asked for.</summary>
    internal sealed record Answer(TimeSpan Work, IMigrationMessage Message, bool Asked = true);

    public IReadOnlyList<Answer> To(IMigrationMessage command)
    {
        if (command is OpenReplay && _unanswered-- > 0)
        {
            return [];
        }

        var shadow = Names.ShadowInstance(workload, command.MigrationId);
        var id = command.MigrationId;
        return command switch
        {
            ReserveTarget c => [After(20, new TargetReserved(id, c.Step, c.Attempt, target, $"https://{target}:8490/checkpoints", 4L << 30))],
            GrantAccess c => [After(25, new AccessGranted(id, c.Step, c.Attempt))],
            RevokeShadow c => [After(20, new ShadowRevoked(id, c.Step, c.Attempt))],
            PrepareSource c => [After(8, new SourcePrepared(id, c.Step, c.Attempt, instance))],
            OpenReplay c => [After(20, new ReplayOpened(id, c.Step, c.Attempt, 1))],
            SendFence c => [After(3, new FenceSent(id, c.Step, c.Attempt)), After(5, new FenceReached(id, instance, 12), asked: false)],
            TakeCheckpoint c => Checkpoint(c),
            RestoreShadow c when fate == MadeUpFate.CannotBeRestored =>
                [After(150, new StepFailed(id, c.Step, c.Attempt, target, new Failure("MS2M-2401", "CRIU could not restore the checkpoint.", "See the worker's log."), Retryable: false))],
            RestoreShadow c => Shadow(c, shadow),
            QuiesceSource c =>
            [
                After(10, new JournalClosed(id, c.Step, c.Attempt, instance, 60, "c0ffee", "decade")),
                After(25, new ReplayCaughtUp(id, StepNames.VerifyHandoff, 1, shadow, 60, "c0ffee", "decade"), asked: false),
            ],
            PromoteShadow c => [After(12, new ShadowPromoted(id, c.Step, c.Attempt, shadow, c.Epoch, 45))],
            ActivateInstance c => [After(6, new InstanceActivated(id, c.Step, c.Attempt, target, c.InstanceId))],
            RevokeSource c => [After(30, new SourceRevoked(id, c.Step, c.Attempt))],
            RemoveInstance c =>
                [After(190, new InstanceRemoved(id, c.Step, c.Attempt, c.InstanceId == instance ? source : target, c.InstanceId))],
            CloseReplay c => [After(10, new ReplayClosed(id, c.Step, c.Attempt))],
            ResumeSource c => [After(6, new SourceResumed(id, c.Step, c.Attempt, instance))],
            DiscardCheckpoint c => [After(5, new CheckpointDiscarded(id, c.Step, c.Attempt, source))],
            _ => [],
        };
    }

    private List<Answer> Checkpoint(TakeCheckpoint command)
    {
        var dump = After(180, new CheckpointTaken(command.MigrationId, command.Step, command.Attempt, source, 0, 0));
        var frozen = dump.Work.TotalMilliseconds * 0.5;
        var sent = After(90, new TransferCompleted(
            command.MigrationId, StepNames.SendCheckpoint, command.Attempt, source, (40L << 20) + random.Next(1 << 20), "5ea1", 0));
        return
        [
            dump with { Message = (CheckpointTaken)dump.Message with { FrozenMs = frozen, DumpMs = dump.Work.TotalMilliseconds } },
            sent with
            {
                Work = dump.Work + sent.Work,
                Message = (TransferCompleted)sent.Message with { TransferMs = sent.Work.TotalMilliseconds },
            },
        ];
    }

    private List<Answer> Shadow(RestoreShadow command, string shadow)
    {
        var id = command.MigrationId;
        var restored = After(260, new ShadowReady(id, command.Step, command.Attempt, target, shadow, 0));
        var answers = new List<Answer>
        {
            restored with { Message = (ShadowReady)restored.Message with { RestoreMs = restored.Work.TotalMilliseconds } },
            new(restored.Work + TimeSpan.FromMilliseconds(45), new ShadowAttached(id, shadow, 10), Asked: false),
        };
        var lag = random.Next(5, 60);
        for (var report = 1; lag > 0 || report <= 3; report++)
        {
            lag = Math.Max(0, lag - 8);
            answers.Add(new(
                restored.Work + TimeSpan.FromMilliseconds(45 + (50 * report)),
                new ReplayProgressed(id, shadow, 10 + (8 * report), lag, 5, 50 * report), Asked: false));
        }

        return answers;
    }

    // Most take about the usual time, some much longer.
    private Answer After(double usualMs, IMigrationMessage message, bool asked = true) =>
        new(TimeSpan.FromMilliseconds(usualMs * (0.7 + (0.6 * random.NextDouble())) * (random.Next(50) == 0 ? 6 : 1)), message, asked);
}
