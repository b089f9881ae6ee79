using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Overload;

/// <summary>More comes than the workload can apply, and the policy forbids the interruption that this would cost.</summary>
[Collection(LabCollection.Name)]
public sealed class BeyondCapacity(LabFixture lab, ITestOutputHelper output)
{
    [Fact]
    public async Task a_policy_that_says_roll_back_leaves_the_overloaded_source_as_it_is()
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(
            new LoadOptions(Rate: 200, Publishers: 4, WorkMs: 10, StateMb: 27, WarmupSeconds: 2), output.WriteLine, cancel);
        var id = Guid.CreateVersion7();

        await lab.Cluster.Engine.Start(
            new StartMigration(
                id, OrdersWorkload.Name, LabFixture.Target, Policy: new CutoverPolicy(OnOverload: OverloadAction.RollBack)),
            cancel);
        var ended = await new MigrationFollower(lab.Cluster.Engine, id, TimeProvider.System).ToTheEnd((_, _) => { }, cancel);

        output.WriteLine($"{ended.Phase} after {ended.TotalMs:0} ms: {ended.Reason}");
        Assert.Equal(("RolledBack", "MS2M-0302"), (ended.Phase, ended.Reason?.Code));
        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
    }
}
