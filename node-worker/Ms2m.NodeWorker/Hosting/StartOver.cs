using Ms2m.NodeWorker.Completed;
using Ms2m.NodeWorker.Networks;
using Ms2m.NodeWorker.Preflight;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.PostCopy;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>Puts the node in order before the worker takes commands: removes what an earlier life left half done, and
/// takes up what it left undone.</summary>
public sealed class StartOver(
    WorkerOptions options, CriuConfigurationCheck criu, IncomingCheckpoints incoming, OutgoingFolders outgoing, Bases bases,
    ReservationBook book, IContainerRuntime runtime, IWorkloadNetworks networks, ComingPages pages,
    StepDesk desk) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        criu.Write();
        PrivateFiles.CreateFolder(options.WorkloadsFolder);
        await pages.EndAllAsync();
        outgoing.RemoveAll();
        bases.RemoveAll();
        incoming.RemoveUnclaimed();
        PrivateFiles.DeleteFolder(options.VolumesFolder);
        PrivateFiles.DeleteFolder(options.ImagesFolder);
        await RemoveNetworksAsync(cancellationToken);
        desk.Resume();
    }

    public Task StopAsync(CancellationToken cancellationToken) => desk.StopAsync().WaitAsync(cancellationToken);

    /// <summary>Of instances that have no container and will get none.</summary>
    private async Task RemoveNetworksAsync(CancellationToken cancel)
    {
        if (networks.Instances() is not { Count: > 0 } left || await runtime.ListAsync(cancel) is not { Failed: false, Value: var there })
            return;
        foreach (var instance in left.Except(there.Select(c => c.Name)).Except(book.Open.Select(r => r.InstanceId)))
            await networks.RemoveAsync(instance, cancel);
    }
}
