using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Writes the promotion into the instance file. The migration needs no reservation any more.</summary>
public sealed class ActivateInstanceHandler(
    WorkerOptions options, InstanceFolders instances, ReservationBook book, Bases bases,
    HeartbeatSignal heartbeat)
    : IStepHandler<ActivateInstance>
{
    public Task<Trouble?> HandleAsync(ActivateInstance command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        if (instances.Find(command.InstanceId) is not { } file)
        {
            var reserved = book.Of(command.MigrationId);
            var found = reserved is null ? null : instances.Read(reserved.Spec.Name)?.InstanceId;
            return Task.FromResult<Trouble?>(NodeFailures.NotTheInstance(command.InstanceId, found));
        }
        instances.Write(file with { Role = InstanceRole.Active, Epoch = command.Epoch, MigrationId = null });
        book.Remove(command.MigrationId);
        // The workload is here again: what it left here once is of no more use.
        bases.RemoveOf(file.Workload);
        answer(new InstanceActivated(
            command.MigrationId, command.Step, command.Attempt, options.Node, command.InstanceId));
        heartbeat.Now();
        return Task.FromResult<Trouble?>(null);
    }
}
