using Ms2m.Contracts;

namespace Ms2m.History.Tests.Runs;

/// <summary>What nodes, instances and the engine's own hands answer to a command, and how long they take for it.</summary>
internal sealed class Answers(Guid id, Random random)
{
    private readonly double _serviceMs = 2 + (random.NextDouble() * 18);
    private readonly double _sourceRate = random.NextDouble() * 0.1;
    private long _ordinal;

    private string Shadow => World.Shadow(id);

    /// <returns>Messages, when they are sent after the command was received, and whether each is an answer or a report that
    /// nobody asked for.</returns>
    public IEnumerable<(IMigrationMessage Message, double AfterMs, bool IsAnswer)> To(IMigrationMessage command, bool fails)
    {
        if (fails && command is IStepMessage { Step: var failing, Attempt: var tried })
        {
            return [(new StepFailed(id, failing, tried, WhoHas(command), new Failure("MS2M-2001", "It broke.", "Try again."), true), Ms(5, 50), true)];
        }

        return command switch
        {
            ReserveTarget c => [(new TargetReserved(id, c.Step, c.Attempt, "node-b", "https://node-b/checkpoints/1", 2L << 30), Ms(5, 30), true)],
            GrantAccess c => [(new AccessGranted(id, c.Step, c.Attempt), Ms(5, 40), true)],
            PrepareSource c => [(new SourcePrepared(id, c.Step, c.Attempt, World.Source), Ms(5, 40), true)],
            TakeCheckpoint c => Checkpoint(c),
            OpenReplay c => [(new ReplayOpened(id, c.Step, c.Attempt, 1), Ms(5, 40), true)],
            SendFence c => [(new FenceSent(id, c.Step, c.Attempt), Ms(1, 5), true)],
            RestoreShadow c => Restore(c),
            QuiesceSource c => Quiesce(c),
            PromoteShadow c => [(new ShadowPromoted(id, c.Step, c.Attempt, Shadow, 2, _ordinal), Ms(1, 10), true)],
            ActivateInstance c => [(new InstanceActivated(id, c.Step, c.Attempt, "node-b", Shadow), Ms(5, 50), true)],
            RevokeSource c => [(new SourceRevoked(id, c.Step, c.Attempt), Ms(5, 50), true)],
            RemoveInstance c => [(new InstanceRemoved(id, c.Step, c.Attempt, WhoHas(c), c.InstanceId), Ms(50, 300), true)],
            CloseReplay c => [(new ReplayClosed(id, c.Step, c.Attempt), Ms(5, 50), true)],
            ResumeSource c => [(new SourceResumed(id, c.Step, c.Attempt, World.Source), Ms(1, 10), true)],
            RevokeShadow c => [(new ShadowRevoked(id, c.Step, c.Attempt), Ms(5, 50), true)],
            DiscardCheckpoint c => [(new CheckpointDiscarded(id, c.Step, c.Attempt, "node-a"), Ms(5, 50), true)],
            _ => [],
        };
    }

    private static string WhoHas(IMigrationMessage command) => command switch
    {
        ReserveTarget or RestoreShadow or ActivateInstance or RemoveInstance { Step: StepNames.RemoveTarget } => "node-b",
        TakeCheckpoint or DiscardCheckpoint or RemoveInstance => "node-a",
        _ => Names.Engine,
    };

    private IEnumerable<(IMigrationMessage, double, bool)> Checkpoint(TakeCheckpoint c)
    {
        var (frozen, dump) = (Ms(60, 120), Ms(150, 300));
        var transfer = Ms(20, 100);
        yield return (new CheckpointTaken(id, c.Step, c.Attempt, "node-a", frozen, dump), dump + Ms(1, 20), true);
        yield return (
            new TransferCompleted(id, StepNames.SendCheckpoint, c.Attempt, "node-a", 40L << 20, "d1", transfer), dump + 25 + transfer, true);
    }

    // The shadow says by itself that it is there, and how it comes on.
    private IEnumerable<(IMigrationMessage, double, bool)> Restore(RestoreShadow c)
    {
        var restore = Ms(150, 300);
        var attached = restore + Ms(30, 90);
        yield return (new ShadowReady(id, c.Step, c.Attempt, "node-b", Shadow, restore), restore + Ms(1, 20), true);
        yield return (new ShadowAttached(id, Shadow, 2), attached, false);
        double lag = random.Next(0, 200);
        for (var elapsed = 0.0; elapsed < 30_000; elapsed += elapsed < 10_000 ? 50 : 250)
        {
            var service = elapsed == 0 ? 0 : _serviceMs * Ms(0.9, 1.1);
            yield return (new ReplayProgressed(id, Shadow, _ordinal, (long)lag, service, elapsed), attached + 1 + elapsed, false);
            _ordinal += (long)(50 / _serviceMs);
            lag = Math.Max(0, lag + (50 * (_sourceRate - (1 / _serviceMs))));
        }
    }

    private IEnumerable<(IMigrationMessage, double, bool)> Quiesce(QuiesceSource c)
    {
        var closed = Ms(2, 30);
        _ordinal += 5;
        yield return (new JournalClosed(id, c.Step, c.Attempt, World.Source, _ordinal, "chain", "state"), closed, true);
        yield return (new ReplayCaughtUp(id, StepNames.VerifyHandoff, 1, Shadow, _ordinal, "chain", "state"), closed + Ms(1, 200), false);
    }

    private double Ms(double least, double most) => least + (random.NextDouble() * (most - least));
}
