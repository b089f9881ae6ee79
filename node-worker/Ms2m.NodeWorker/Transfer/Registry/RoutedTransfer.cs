using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Transfer.Registry;

/// <summary>Each checkpoint by the way that its order names.</summary>
public sealed class RoutedTransfer(DirectTransfer direct, RegistryTransfer registry) : ICheckpointTransfer
{
    // Also what lies in a registry is fetched by the target when it is told to.
    public Task<Trouble?> ReachAsync(TransferOrder order, CancellationToken cancel) => direct.ReachAsync(order, cancel);

    public Task<Outcome<Sent>> SendAsync(
        TransferOrder order, string folder, Task<Outcome<Dump>> dump, CancellationToken cancel) =>
        order.Options.Mode == TransferMode.Registry
            ? registry.SendAsync(order, folder, dump, cancel)
            : direct.SendAsync(order, folder, dump, cancel);
}
