using MassTransit;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.PostCopy;

namespace Ms2m.NodeWorker.Consumers;

/// <summary>Removes an instance outside a migration.</summary>
public sealed class StopWorkloadConsumer(
    WorkerOptions options, IContainerRuntime runtime, IInstanceFiles instances, StartGate gate,
    ReservationBook book, OpenChannels channels, PageSources sources, ComingPages coming,
    Bases bases, HeartbeatSignal heartbeat, IBusSender bus) : IConsumer<StopWorkload>
{
    public async Task Consume(ConsumeContext<StopWorkload> context)
    {
        var command = context.Message;
        var trouble = await gate.RunAsync(
            () => StopAsync(command, context.CancellationToken), context.CancellationToken);
        await bus.PublishAsync(
            trouble is null
                ? new WorkloadStopped(command.RequestId, command.InstanceId, options.Node)
                : new NodeCommandRefused(command.RequestId, command.InstanceId, options.Node, trouble.Reason),
            context.CancellationToken);
        heartbeat.Now();
    }

    private async Task<Trouble?> StopAsync(StopWorkload command, CancellationToken cancel)
    {
        if (!Names.IsValid(command.InstanceId))
            return NodeFailures.BadName("an instance", command.InstanceId);
        gate.Stopped(command.InstanceId);
        var found = await runtime.FindAsync(command.InstanceId, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value is { } container)
        {
            if (container.Spec is null)
                return NodeFailures.NameTaken(command.InstanceId);
            bases.RemoveOf(container.Spec.Name);
            await sources.EndOfAsync(container.Id);
            if (await runtime.RemoveAsync(command.InstanceId, cancel) is { Failed: true } removal)
                return removal.Trouble;
        }
        instances.Remove(command.InstanceId);
        await EndComingAsync(command.InstanceId);
        return null;
    }

    /// <summary>What a post-copy that was given up has left beside its copy would refuse the workload here for ever.</summary>
    private async Task EndComingAsync(string instance)
    {
        foreach (var reservation in book.Open.Where(one => one.PostCopy && one.InstanceId == instance))
        {
            await coming.EndAsync(reservation.MigrationId);
            book.Remove(reservation.MigrationId);
            await channels.CloseAsync(reservation.MigrationId);
        }
    }
}
