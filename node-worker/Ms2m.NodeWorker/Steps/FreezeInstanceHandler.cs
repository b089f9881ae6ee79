using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Lets an instance stand still, cut off from a network of its own.</summary>
public sealed class FreezeInstanceHandler(WorkerOptions options, IContainerRuntime runtime, HeartbeatSignal heartbeat)
    : IStepHandler<FreezeInstance>
{
    public async Task<Trouble?> HandleAsync(FreezeInstance command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        if (await runtime.FreezeAsync(command.InstanceId, cancel) is { Failed: true } freezing)
            return freezing.Trouble;
        answer(new InstanceFrozen(command.MigrationId, command.Step, command.Attempt, options.Node, command.InstanceId));
        heartbeat.Now();
        return null;
    }
}
