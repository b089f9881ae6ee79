using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Chaos;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Faults;

/// <summary>The most telling cells of the matrix that <c>./ms2m chaos</c> runs in full.</summary>
[Collection(LabCollection.Name)]
public sealed class FaultsInPhases(LabFixture lab, ITestOutputHelper output)
{
    [Theory]
    [InlineData("source-killed", "Replaying")]
    [InlineData("shadow-killed", "Restoring")]
    [InlineData("source-worker-killed", "Transferring")]
    [InlineData("target-worker-killed", "Restoring")]
    [InlineData("broker-killed", "Replaying")]
    [InlineData("store-killed", "Finalizing")]
    [InlineData("checkpoint-corrupted", "Transferring")]
    [InlineData("nodes-cut-off", "Transferring")]
    public Task a_fault_in_a_phase_costs_no_message_and_leaves_nothing(string fault, string phase) =>
        Try(Variant.Shadow, fault, phase);

    [Theory]
    [InlineData("source-killed", "Transferring")]
    [InlineData("source-worker-killed", "Checkpointing")]
    [InlineData("shadow-killed", "Restoring")]
    public Task nor_does_it_where_the_source_stands_still(string fault, string phase) =>
        Try(Variant.Sequential, fault, phase);

    [Theory]
    [InlineData("source-killed", "Transferring")]
    [InlineData("source-worker-killed", "Transferring")]
    [InlineData("target-worker-killed", "Restoring")]
    [InlineData("shadow-killed", "Restoring")]
    [InlineData("engine-killed", "Checkpointing")]
    public Task nor_does_it_cost_a_connection_where_that_moves_too(string fault, string phase) =>
        Try(Variant.Live, fault, phase);

    [Theory]
    [InlineData("checkpoint-corrupted", "PreCopying")]
    public Task what_went_ahead_and_is_spoilt_is_sent_again(string fault, string phase) => Try(Variant.Delta, fault, phase);

    [Theory]
    [InlineData("registry-killed", "Pulling")]
    public Task a_registry_that_dies_costs_time_and_keeps_nothing(string fault, string phase) => Try(Variant.Registry, fault, phase);

    [Theory]
    [InlineData("target-worker-killed", "FetchingPages")]
    public Task a_copy_that_loses_its_memory_runs_on_nowhere_and_its_source_is_kept(string fault, string phase) =>
        Try(Variant.PostCopy, fault, phase);

    private async Task Try(Variant variant, string fault, string phase)
    {
        var cell = FaultMatrix.Of(variant).Single(one => FaultMatrix.NameOf(one.Fault) == fault && $"{one.Moment}" == phase);

        var result = await new CellRun(lab.Cluster, LabFixture.Source, LabFixture.Target, output.WriteLine)
            .Run(cell, CancellationToken.None);

        output.WriteLine($"{result.Outcome} after {result.SettledMs:0} ms: {result.Reason}");
        Assert.True(result.IsRight, string.Join(" | ", result.Problems.Concat(result.Leftovers)));
        Assert.True(result.Landed, $"The fault never struck while the migration was {phase}.");
        Assert.True(result.Published > 0);
    }
}
