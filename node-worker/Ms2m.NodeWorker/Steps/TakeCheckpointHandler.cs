using System.Globalization;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Completed;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.PostCopy;
using Ms2m.NodeWorker.Transfer.Registry;
using Ms2m.NodeWorker.Transfer.Standby;
using Ms2m.NodeWorker.Volumes;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Dumps the source into memory and sends the dump.</summary>
public sealed class TakeCheckpointHandler(
    WorkerOptions options, CheckpointStorage storage, IContainerRuntime runtime, ICheckpointTransfer transfer, VolumeSender volumes,
    Bases bases, PageSources pages, OutgoingFolders outgoing, StandbyRounds standby, ExpectedBases expected, HeartbeatSignal heartbeat, TimeProvider time)
    : IStepHandler<TakeCheckpoint>
{
    public async Task<Trouble?> HandleAsync(
        TakeCheckpoint command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        var since = time.GetTimestamp();
        if (!Uri.TryCreate(command.TransferUrl, UriKind.Absolute, out var url))
            return NodeFailures.TransferRefused("its address cannot be read");
        if (storage.Refuse() is { } onDisk)
            return onDisk;
        // Until all of it is sent: neither the dump nor its way shares the node with what can wait.
        using var noneGoes = standby.Pause();
        using var noneComes = await expected.PauseAsync();
        var order = new TransferOrder(url, command.TargetNode, command.Token, command.MaxBytes) { Options = command.Transfer };
        // Its clients wait from the freeze on: nobody stands still for a target that is not there.
        if (command.StaysFrozen && await transfer.ReachAsync(order, cancel) is { } unreachable)
            return unreachable;
        var besides = await volumes.VolumesOfAsync(order, command.InstanceId, cancel);
        if (besides.Failed)
            return besides.Trouble;
        var keeps = await GivesItsNameAwayAsync();
        if (keeps.Failed)
            return keeps.Trouble;
        long? volumesWire = null;
        // A folder of its own for each attempt: a cancelled dump may still be writing into its own.
        var attempt = Path.Combine(options.OutgoingFolder, string.Create(
            CultureInfo.InvariantCulture, $"{command.MigrationId:N}-{command.Attempt}"));
        var images = Path.Combine(attempt, "images");
        PrivateFiles.DeleteFolder(attempt);
        PrivateFiles.CreateFolder(options.OutgoingFolder);
        PrivateFiles.CreateFolder(attempt);
        PrivateFiles.CreateFolder(images);

        var workload = await MakeRoomAsync();
        var dump = DumpAsync();
        try
        {
            var sent = await SendAsync();
            // A transfer may fail before the dump has ended, and the dump writes on into the folder.
            var dumped = await dump;
            if (dumped.Failed)
                return dumped.Trouble;
            if (!sent.Failed && command.PostCopy && await OfferAsync() is { } trouble)
                return trouble;
            // First kept, then said: once the engine has heard of it, nothing but this may be left of the source.
            if (!sent.Failed && keeps.Value)
                outgoing.Keep(command.MigrationId, attempt);
            answer(sent.Failed
                ? new StepFailed(command.MigrationId, StepNames.SendCheckpoint, command.Attempt, options.Node,
                    sent.Trouble.Reason, sent.Trouble.Retryable)
                : new TransferCompleted(command.MigrationId, StepNames.SendCheckpoint, command.Attempt, options.Node,
                    sent.Value.Bytes, sent.Value.Digest, sent.Value.TransferMs)
                {
                    WireBytes = sent.Value.WireBytes,
                    VolumeWireBytes = volumesWire,
                });
            if (!sent.Failed && !keeps.Value && workload is not null && command.Transfer.Mode == TransferMode.Delta)
                await KeepAsync(workload, sent.Value, dumped.Value);
            return null;
        }
        finally
        {
            await dump.ContinueWith(_ => PrivateFiles.DeleteFolder(attempt), CancellationToken.None,
                TaskContinuationOptions.None, TaskScheduler.Default);
        }

        // What is kept of workloads gives way to one that is to be moved. Asked only where it may matter.
        async Task<string?> MakeRoomAsync()
        {
            if ((command.Transfer.Mode != TransferMode.Delta && bases.All().Count == 0)
                || await runtime.FindAsync(command.InstanceId, cancel) is not { Failed: false, Value: { Spec.Name: { } name } source })
                return null;
            // An export is packed from files that lie beside it.
            var copies = command.Transfer.Mode == TransferMode.Registry ? 2 : 1;
            bases.MakeRoomForDump(name, copies * ProcessMemory.OfContainer(source.Pid));
            return name;
        }

        // Its pod goes before the copy is restored, so the way back is to restore it here.
        async Task<Outcome<bool>> GivesItsNameAwayAsync()
        {
            if (options.Kubernetes is null)
                return false;
            var found = await runtime.FindAsync(command.InstanceId, cancel);
            return found.Failed ? found.Trouble : found.Value?.Spec?.Pod is { Owner: PodOwner.StatefulSet } or { FixedName: not null };
        }

        async Task<Trouble?> OfferAsync()
        {
            var found = await runtime.FindAsync(command.InstanceId, cancel);
            if (found.Failed)
                return found.Trouble;
            if (found.Value is not { IsFrozen: true } source)
                return NodeFailures.NotRunning(command.InstanceId, found.Value?.State ?? "gone");
            await pages.OfferAsync(command.MigrationId, order, new LiveContainer(source.Pid, source.Id));
            return null;
        }

        // Not to be cancelled: what was sent is sent, and a command that comes now waits for its turn.
        Task KeepAsync(string name, Sent sent, Dump made)
        {
            // A base counts by its pages, wherever they lie.
            var besideThem = (made.Pieces?.Values ?? []).SelectMany(pieces => pieces).Select(piece => piece.Path).Distinct()
                .Where(file => Path.GetDirectoryName(file) != images).ToList();
            return bases.KeepAsync(
                name, command.MigrationId, images, new CompleteCheckpoint(sent.Digest, sent.Bytes, Directory.GetFiles(images).Length),
                CancellationToken.None, besideThem);
        }

        async Task<Outcome<Sent>> SendAsync()
        {
            using var span = WorkerTraces.Part("send");
            var outcome = await transfer.SendAsync(order, images, dump, cancel);
            WorkerTraces.Ended(span, outcome.Trouble);
            return outcome;
        }

        async Task<Trouble?> FinishVolumesAsync(CancellationToken stop)
        {
            using var span = WorkerTraces.Part("volumes");
            var outcome = await volumes.FinishAsync(order, command.InstanceId, besides.Value, images, stop);
            WorkerTraces.Ended(span, outcome.Trouble);
            if (!outcome.Failed)
                volumesWire = outcome.Value;
            return outcome.Trouble;
        }

        async Task<Outcome<Dump>> DumpAsync()
        {
            using var span = WorkerTraces.Part("checkpoint");
            var outcome = await runtime.CheckpointAsync(
                new DumpRequest(command.InstanceId, images, TransferUrl.Accepts(url))
                {
                    StaysFrozen = command.StaysFrozen,
                    KeepsConnections = command.KeepsConnections,
                    PostCopy = command.PostCopy,
                    Parent = outgoing.TakeAhead(command.MigrationId, attempt),
                    WhileFrozen = besides.Value.Count > 0 ? FinishVolumesAsync : null,
                    OneFile = command.Transfer.Mode == TransferMode.Registry ? RegistryTransfer.ExportFile : null,
                }, cancel);
            WorkerTraces.Ended(span, outcome.Trouble);
            if (!outcome.Failed)
            {
                answer(new CheckpointTaken(command.MigrationId, command.Step, command.Attempt, options.Node,
                    outcome.Value.FrozenMs, time.GetElapsedTime(since).TotalMilliseconds)
                {
                    PreDumpedBytes = outcome.Value.Pieces?.Values.SelectMany(pieces => pieces)
                        .Where(piece => Path.GetDirectoryName(piece.Path) != images).Sum(piece => piece.Length),
                });
            }
            if (command.StaysFrozen)
                heartbeat.Now();
            return outcome;
        }
    }
}
