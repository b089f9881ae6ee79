using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.PostCopy;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Writes the promotion into the instance file, and puts an instance with an address of its own on its network.
/// The migration needs no reservation any more.</summary>
public sealed class ActivateInstanceHandler(
    WorkerOptions options, IContainerRuntime runtime, IInstanceFiles instances, ReservationBook book, ComingPages pages, Bases bases,
    HeartbeatSignal heartbeat)
    : IStepHandler<ActivateInstance>
{
    public async Task<Trouble?> HandleAsync(ActivateInstance command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        var own = await instances.FindAsync(command.InstanceId, cancel);
        if (own.Failed)
            return own.Trouble;
        if (own.Value is not { } file)
            return await NotFoundAsync(command, cancel);
        var reservation = book.Of(command.MigrationId);
        if (reservation is { PostCopy: true } && await pages.LossOfAsync(command.MigrationId) is { } lost)
            return lost;
        if (await instances.WriteAsync(file with { Role = InstanceRole.Active, Epoch = command.Epoch, MigrationId = null }, cancel) is { } unwritten)
            return unwritten;
        // Without a reservation it was done before.
        if (reservation is { Spec.Address: not null }
            && await runtime.ThawAsync(command.InstanceId, cancel) is { Failed: true } thawing)
        {
            // It may have been killed a moment ago.
            return reservation is { PostCopy: true } ? await pages.LossOfAsync(command.MigrationId) ?? thawing.Trouble : thawing.Trouble;
        }
        // The source may have to connect anew for what is still to come.
        if (!pages.IsOpen(command.MigrationId))
            book.Remove(command.MigrationId);
        // The workload is here again: what it left here once is of no more use.
        bases.RemoveOf(file.Workload);
        answer(new InstanceActivated(
            command.MigrationId, command.Step, command.Attempt, options.Node, command.InstanceId));
        heartbeat.Now();
        return null;
    }

    private async Task<Trouble> NotFoundAsync(ActivateInstance command, CancellationToken cancel)
    {
        if (book.Of(command.MigrationId) is not { } reserved)
            return NodeFailures.NotTheInstance(command.InstanceId, null);
        var other = await instances.ReadAsync(reserved.Spec.Name, cancel);
        return other.Trouble ?? NodeFailures.NotTheInstance(command.InstanceId, other.Value?.InstanceId);
    }
}
