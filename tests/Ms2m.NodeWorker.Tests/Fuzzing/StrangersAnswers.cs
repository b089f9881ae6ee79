using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Tests.Transfer;
using Ms2m.NodeWorker.Transfer;

namespace Ms2m.NodeWorker.Tests.Fuzzing;

/// <summary>What a worker's targets answer. What it costs is counted for the whole process, so nothing else may run
/// meanwhile.</summary>
[Collection(Alone)]
public sealed class StrangersAnswers
{
    public const string Alone = "counts what the process allocates";

    [Fact]
    public async Task a_target_that_never_stops_answering_costs_the_source_little()
    {
        await using var target = await TalkativeTarget.OpenAsync();
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.img"], new byte[1000]);
        var transfer = new DirectTransfer(
            target.Source, TimeProvider.System, NullLogger<DirectTransfer>.Instance);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var outcome = await transfer.SendAsync(
            new TransferOrder(target.Url, TransferStage.TargetNode, "t", 10_000), folder.Path, TransferStage.Complete, default);

        Assert.True(outcome.Failed);
        Assert.True(outcome.Trouble.Reason.Message.Length < 2000);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 400_000_000);
    }
}

[CollectionDefinition(StrangersAnswers.Alone, DisableParallelization = true)]
public sealed class CountedAlone;
