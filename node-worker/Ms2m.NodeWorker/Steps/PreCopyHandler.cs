using Ms2m.Contracts;
using Ms2m.NodeWorker.Completed;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.Standby;
using Ms2m.NodeWorker.Volumes;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Brings the target volumes, and memory where that was asked for, ahead of the checkpoint. What goes wrong here
/// is not trouble, only fewer rounds.</summary>
public sealed class PreCopyHandler(WorkerOptions options, IContainerRuntime runtime, AheadRounds ahead, VolumeSender volumes, StandbyRounds standby, TimeProvider time)
    : IStepHandler<PreCopy>
{
    public async Task<Trouble?> HandleAsync(PreCopy command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        using var span = WorkerTraces.Part("pre-copy");
        if (!Uri.TryCreate(command.TransferUrl, UriKind.Absolute, out var url))
        {
            answer(new PreCopied(
                command.MigrationId, command.Step, command.Attempt, options.Node, [], "the target's address cannot be read"));
            return null;
        }
        using var pause = standby.Pause();
        var order = new TransferOrder(url, command.TargetNode, command.Token, command.MaxBytes) { Options = command.Transfer };
        var since = time.GetTimestamp();
        // Volumes first: memory that was sent first would grow old meanwhile.
        var (volumeRounds, whyVolumes) = await volumes.RunAheadAsync(order, command.InstanceId, cancel);
        var (rounds, why) = command.Transfer.Mode == TransferMode.Delta
            ? await RunAsync(order, command.InstanceId, time.GetElapsedTime(since), cancel)
            : ([], "only volumes go ahead");
        answer(new PreCopied(command.MigrationId, command.Step, command.Attempt, options.Node, rounds, why)
        {
            Volumes = volumeRounds.Count > 0 ? volumeRounds : null,
            VolumesStoppedBecause = whyVolumes,
        });
        return null;
    }

    private async Task<(IReadOnlyList<PreCopyRound>, string)> RunAsync(
        TransferOrder order, string instance, TimeSpan spent, CancellationToken cancel)
    {
        var found = await runtime.FindAsync(instance, cancel);
        if (found.Failed)
            return ([], found.Trouble.Reason.Message);
        if (found.Value is not { IsRunning: true } container)
            return ([], $"{instance} does not run");
        return await ahead.RunAsync(order, new LiveContainer(container.Pid, container.Id), spent, cancel);
    }
}
