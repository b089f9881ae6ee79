using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Runs the workload from its image, without the state of any other instance. The migration needs no reservation
/// any more.</summary>
public sealed class StartInstanceHandler(
    WorkerOptions options, IContainerRuntime runtime, IInstanceFiles instances, ReservationBook book,
    Preparations preparations, HeartbeatSignal heartbeat, TimeProvider time) : IStepHandler<StartInstance>
{
    public async Task<Trouble?> HandleAsync(StartInstance command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        var since = time.GetTimestamp();
        var (instance, spec) = (command.InstanceId, command.Spec);
        // After a repeat the reservation may be gone, but then its instance is here.
        var reserved = book.Of(command.MigrationId) is { } promise && promise.InstanceId == instance && promise.Spec.Name == spec.Name;
        if (!reserved)
        {
            var here = await instances.ReadAsync(spec.Name, cancel);
            if (here.Failed)
                return here.Trouble;
            if (here.Value?.InstanceId != instance)
                return NodeFailures.NotReserved();
        }
        await preparations.EndAsync(instance, cancel);
        // What waits for a checkpoint has ended without ever running. Seen beside a file that says active, it would be taken
        // for a workload that has died.
        var found = await runtime.FindAsync(instance, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value is { Spec: not null } and ({ IsRunning: false } or { IsGoing: true }) && await runtime.RemoveAsync(instance, cancel) is { Failed: true } removal)
            return removal.Trouble;
        var file = new InstanceFile(instance, spec.Name, InstanceRole.Active, command.Epoch, options.BrokerUriOf(instance));
        if (await instances.WriteAsync(file, cancel) is { } unwritten)
            return unwritten;
        var run = await runtime.RunAsync(
            new ContainerRequest(instance, spec, instances.PathOf(spec.Name)) { MayBeMade = true }, cancel);
        if (run.Failed)
            return run.Trouble;
        book.Remove(command.MigrationId);
        answer(new InstanceStarted(
            command.MigrationId, command.Step, command.Attempt, options.Node, instance,
            time.GetElapsedTime(since).TotalMilliseconds));
        heartbeat.Now();
        return null;
    }
}
