using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Transfer;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Forgets a checkpoint made here. The transfer of it was cancelled when the command came.</summary>
public sealed class DiscardCheckpointHandler(WorkerOptions options, OutgoingFolders outgoing)
    : IStepHandler<DiscardCheckpoint>
{
    public Task<Trouble?> HandleAsync(DiscardCheckpoint command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        outgoing.Remove(command.MigrationId);
        answer(new CheckpointDiscarded(command.MigrationId, command.Step, command.Attempt, options.Node));
        return Task.FromResult<Trouble?>(null);
    }
}
