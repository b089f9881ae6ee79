using Ms2m.Contracts;
using Ms2m.NodeWorker.Completed;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Brings the target memory ahead of the checkpoint. What goes wrong here is not trouble, only fewer rounds.</summary>
public sealed class PreCopyHandler(WorkerOptions options, IContainerRuntime runtime, AheadRounds ahead) : IStepHandler<PreCopy>
{
    public async Task<Trouble?> HandleAsync(PreCopy command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        using var span = WorkerTraces.Part("pre-copy");
        var (rounds, why) = await RunAsync(command, cancel);
        answer(new PreCopied(command.MigrationId, command.Step, command.Attempt, options.Node, rounds, why));
        return null;
    }

    private async Task<(IReadOnlyList<PreCopyRound>, string)> RunAsync(PreCopy command, CancellationToken cancel)
    {
        if (!Uri.TryCreate(command.TransferUrl, UriKind.Absolute, out var url))
            return ([], "the target's address cannot be read");
        var found = await runtime.FindAsync(command.InstanceId, cancel);
        if (found.Failed)
            return ([], found.Trouble.Reason.Message);
        if (found.Value is not { IsRunning: true } container)
            return ([], $"{command.InstanceId} does not run");
        var order = new TransferOrder(url, command.TargetNode, command.Token, command.MaxBytes) { Options = command.Transfer };
        return await ahead.RunAsync(order, new LiveContainer(container.Pid, container.Id), cancel);
    }
}
