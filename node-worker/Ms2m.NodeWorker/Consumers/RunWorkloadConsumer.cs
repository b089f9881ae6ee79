using MassTransit;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Networks;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Steps;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Consumers;

/// <summary>Runs a workload for the first time.</summary>
public sealed class RunWorkloadConsumer(
    WorkerOptions options, IContainerRuntime runtime, IInstanceFiles instances, ReservationBook book, AddressCheck addresses,
    StartGate gate, Bases bases, HeartbeatSignal heartbeat, IBusSender bus) : IConsumer<RunWorkload>
{
    public async Task Consume(ConsumeContext<RunWorkload> context)
    {
        var command = context.Message;
        var trouble = await gate.RunAsync(
            () => RunAsync(command, context.CancellationToken), context.CancellationToken);
        if (trouble is not null)
        {
            await bus.PublishAsync(
                new NodeCommandRefused(command.RequestId, command.InstanceId, options.Node, trouble.Reason),
                context.CancellationToken);
            return;
        }
        await bus.PublishAsync(
            new WorkloadStarted(command.RequestId, command.InstanceId, options.Node), context.CancellationToken);
        heartbeat.Now();
    }

    private async Task<Trouble?> RunAsync(RunWorkload command, CancellationToken cancel)
    {
        var spec = command.Spec;
        if (!Names.IsValid(command.InstanceId))
            return NodeFailures.BadName("an instance", command.InstanceId);
        if (CommandCheck.Spec(spec) is { } unusable)
            return unusable;
        if (gate.WasStopped(command.InstanceId))
            return NodeFailures.StoppedBefore(command.InstanceId);
        var listed = await runtime.ListAsync(cancel);
        if (listed.Failed)
            return listed.Trouble;
        // The pod of one that has ended may be this one's: its owner has started its container again.
        if (listed.Value.FirstOrDefault(c => c.Spec?.Name == spec.Name && c.Name != command.InstanceId
            && (c.Spec.Pod is null || !c.HasEnded)) is { } other)
            return NodeFailures.WorkloadHere(spec.Name, other.Name);
        if (book.Open.FirstOrDefault(r => r.Spec.Name == spec.Name) is { } promised)
            return NodeFailures.WorkloadHere(spec.Name, promised.InstanceId);
        if (listed.Value.Any(c => c.Name == command.InstanceId && (c.IsRunning || c.IsFrozen)))
            return null;
        // A pod that is to be let in runs already.
        if (spec.Pod is null && await RefuseImageAsync(spec.Image, cancel) is { } missing)
            return missing;
        if (await addresses.RefuseAsync(spec, listed.Value, moves: false, cancel) is { } taken)
            return taken;

        // Of a former life.
        bases.RemoveOf(spec.Name);
        var had = await instances.ReadAsync(spec.Name, cancel);
        if (had.Failed)
            return had.Trouble;
        var file = new InstanceFile(
            command.InstanceId, spec.Name, InstanceRole.Active, 1, options.BrokerUriOf(command.InstanceId));
        if (await instances.WriteAsync(file, cancel) is { } unwritten)
            return unwritten;
        var run = await runtime.RunAsync(
            new ContainerRequest(command.InstanceId, spec, instances.PathOf(spec.Name)), cancel);
        if (run.Failed && had.Value is null)
            instances.Remove(command.InstanceId, spec.Name);
        return run.Trouble;
    }

    private async Task<Trouble?> RefuseImageAsync(string image, CancellationToken cancel)
    {
        var there = await runtime.HasImageAsync(image, cancel);
        return there.Failed ? there.Trouble : there.Value ? null : NodeFailures.NoSuchImage(image);
    }
}
