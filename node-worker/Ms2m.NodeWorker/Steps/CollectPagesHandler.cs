using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.PostCopy;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Waits until the last page of an instance that serves already has come. The reservation is kept until then: the
/// source may have to connect anew.</summary>
public sealed class CollectPagesHandler(
    WorkerOptions options, IContainerRuntime runtime, ComingPages pages, ReservationBook book, HeartbeatSignal heartbeat)
    : IStepHandler<CollectPages>
{
    public async Task<Trouble?> HandleAsync(CollectPages command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        Collected collected;
        if (pages.Of(command.MigrationId) is { } session)
        {
            var outcome = await session.Result.WaitAsync(cancel);
            if (outcome.Failed)
                return outcome.Trouble;
            collected = outcome.Value;
        }
        else if (await pages.WereCollectedAsync(command.MigrationId))
        {
            collected = new Collected(0, 0);
        }
        else
        {
            return NodeFailures.PagesLost("the target's worker was restarted before they had come");
        }
        // A daemon has nothing more to do either when its processes have ended.
        var found = await runtime.FindAsync(command.InstanceId, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value is not ({ IsRunning: true } or { IsFrozen: true }))
            return NodeFailures.PagesLost("the copy has ended");
        answer(new PagesCollected(
            command.MigrationId, command.Step, command.Attempt, options.Node, collected.Bytes, collected.Ms));
        await pages.EndAsync(command.MigrationId);
        book.Remove(command.MigrationId);
        heartbeat.Now();
        return null;
    }
}
