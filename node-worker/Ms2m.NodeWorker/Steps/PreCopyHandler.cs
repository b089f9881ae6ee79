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
public sealed class PreCopyHandler(
    WorkerOptions options, IContainerRuntime runtime, AheadRounds ahead, VolumeSender volumes, StandbyRounds standby, PreDumping preDumping,
    TimeProvider time)
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
        var (rounds, why, noPreDump) = command.Transfer.Mode == TransferMode.Delta
            ? await RunAsync(command, order, since, cancel)
            : ([], "only volumes go ahead", null);
        answer(new PreCopied(command.MigrationId, command.Step, command.Attempt, options.Node, rounds, why)
        {
            Volumes = volumeRounds.Count > 0 ? volumeRounds : null,
            VolumesStoppedBecause = whyVolumes,
            NoPreDumpBecause = noPreDump,
        });
        return null;
    }

    private async Task<(IReadOnlyList<PreCopyRound>, string, string?)> RunAsync(
        PreCopy command, TransferOrder order, long since, CancellationToken cancel)
    {
        var found = await runtime.FindAsync(command.InstanceId, cancel);
        if (found.Failed)
            return ([], found.Trouble.Reason.Message, null);
        if (found.Value is not { IsRunning: true } running)
            return ([], $"{command.InstanceId} does not run", null);
        var container = new LiveContainer(running.Pid, running.Id);
        var (rounds, why) = await ahead.RunAsync(order, container, time.GetElapsedTime(since), cancel);
        // Nothing went ahead: the target is not there, or not ready.
        if (rounds.Count == 0)
            return (rounds, why, null);
        var (last, whyNot) = await preDumping.RunAsync(command, order, container, rounds[^1].Bytes, time.GetElapsedTime(since), cancel);
        return (last is null ? rounds : [.. rounds, last], why, whyNot);
    }
}
