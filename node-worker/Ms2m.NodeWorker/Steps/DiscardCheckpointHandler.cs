using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.PostCopy;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Forgets a checkpoint made here, or expected here. A transfer of it was cancelled when the command came.</summary>
public sealed class DiscardCheckpointHandler(
    WorkerOptions options, ReservationBook book, IncomingCheckpoints incoming, OpenChannels channels, OutgoingFolders outgoing, Bases bases,
    PageSources sources)
    : IStepHandler<DiscardCheckpoint>
{
    public async Task<Trouble?> HandleAsync(DiscardCheckpoint command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        await sources.EndAsync(command.MigrationId);
        // First the reservation: without it a sender that tries again is not let in behind our back.
        book.Remove(command.MigrationId);
        await channels.CloseAsync(command.MigrationId);
        await incoming.DiscardAsync(command.MigrationId);
        outgoing.Remove(command.MigrationId);
        bases.RemoveOf(command.MigrationId);
        answer(new CheckpointDiscarded(command.MigrationId, command.Step, command.Attempt, options.Node));
        return null;
    }
}
