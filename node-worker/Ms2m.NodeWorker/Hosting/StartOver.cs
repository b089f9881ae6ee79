using Ms2m.NodeWorker.Completed;
using Ms2m.NodeWorker.Preflight;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>Puts the node in order before the worker takes commands: removes what an earlier life left half done, and
/// takes up what it left undone.</summary>
public sealed class StartOver(
    WorkerOptions options, CriuConfigurationCheck criu, IncomingCheckpoints incoming, OutgoingFolders outgoing, Bases bases,
    StepDesk desk)
    : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        criu.Write();
        PrivateFiles.CreateFolder(options.WorkloadsFolder);
        outgoing.RemoveAll();
        bases.RemoveAll();
        incoming.RemoveUnclaimed();
        desk.Resume();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => desk.StopAsync().WaitAsync(cancellationToken);
}
