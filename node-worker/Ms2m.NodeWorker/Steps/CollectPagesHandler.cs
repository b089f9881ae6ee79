using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.PostCopy;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Waits until the last page of an instance that serves already has come. The reservation is kept until then: the
/// source may have to connect anew. Whatever is found in the end, nothing but the instance is left here.</summary>
public sealed class CollectPagesHandler(
    WorkerOptions options, IContainerRuntime runtime, ComingPages pages, ReservationBook book, HeartbeatSignal heartbeat,
    TimeProvider time)
    : IStepHandler<CollectPages>
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    public async Task<Trouble?> HandleAsync(CollectPages command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        var outcome = await CollectAsync(command, cancel);
        if (!outcome.Failed)
        {
            answer(new PagesCollected(
                command.MigrationId, command.Step, command.Attempt, options.Node, outcome.Value.Bytes, outcome.Value.Ms));
        }
        await pages.EndAsync(command.MigrationId);
        book.Remove(command.MigrationId);
        heartbeat.Now();
        return outcome.Trouble;
    }

    private async Task<Outcome<Collected>> CollectAsync(CollectPages command, CancellationToken cancel)
    {
        Collected collected;
        if (pages.Of(command.MigrationId) is { } session)
        {
            var outcome = await session.Result.WaitAsync(cancel);
            if (outcome.Failed)
                return outcome;
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
        // A daemon has nothing more to do either when its processes have ended, and the runtime may not have heard of that
        // yet. How many bytes came tells nothing: a program that goes on gives memory back before it was fetched.
        if (await LivesAsync(command.InstanceId, cancel))
        {
            await Task.Delay(Moment, time, cancel);
            if (await LivesAsync(command.InstanceId, cancel))
                return collected;
        }
        return NodeFailures.PagesLost("the copy has ended");
    }

    /// <summary>Asks until it is answered: a runtime that says nothing says nothing of the copy.</summary>
    private async Task<bool> LivesAsync(string instance, CancellationToken cancel)
    {
        while (true)
        {
            var found = await runtime.FindAsync(instance, cancel);
            if (!found.Failed)
                return found.Value is ({ IsRunning: true } or { IsFrozen: true }) and { Pid: var pid } && ProcessState.Lives(pid);
            await Task.Delay(Moment, time, cancel);
        }
    }
}
