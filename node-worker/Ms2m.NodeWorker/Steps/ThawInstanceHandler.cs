using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.PostCopy;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Takes a freeze back: the instance is on its network again and runs.</summary>
public sealed class ThawInstanceHandler(WorkerOptions options, IContainerRuntime runtime, PageSources pages, HeartbeatSignal heartbeat)
    : IStepHandler<ThawInstance>
{
    public async Task<Trouble?> HandleAsync(ThawInstance command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        // Once it runs its memory is not the copy's any more.
        await pages.EndAsync(command.MigrationId);
        if (await runtime.ThawAsync(command.InstanceId, cancel) is { Failed: true } thawing)
            return thawing.Trouble;
        answer(new InstanceThawed(command.MigrationId, command.Step, command.Attempt, options.Node, command.InstanceId));
        heartbeat.Now();
        return null;
    }
}
