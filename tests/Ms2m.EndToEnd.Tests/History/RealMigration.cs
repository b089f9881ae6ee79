using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;

namespace Ms2m.EndToEnd.Tests.History;

/// <summary>A migration that really ran, for all tests that look at its log.</summary>
public sealed class RealMigration
{
    private Guid? _id;

    internal async Task<Guid> Id(LabFixture lab, Action<string> say)
    {
        if (_id is { } known)
        {
            return known;
        }

        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(
            new LoadOptions(Rate: 50, Publishers: 2, WorkMs: 15, StateMb: 27, WarmupSeconds: 1), say, cancel);
        // Else it has caught up at its first report when the publishers, who run here, stand still for a moment.
        await using var slow = await SlowNetwork.To(lab.Tool, LabFixture.Target, cancel);
        var ended = (await MigrationRecord.Make(lab.Cluster, OrdersWorkload.Name, LabFixture.Target, _ => { }, cancel)).View;
        orders.Moved(ended);
        Assert.Equal("Completed", ended.Phase);
        await Proof.ExactAndClean(lab, orders, say, cancel);
        _id = ended.MigrationId;
        return ended.MigrationId;
    }
}
