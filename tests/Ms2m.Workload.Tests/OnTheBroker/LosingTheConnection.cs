using Ms2m.Workload.Tests.Lab;

namespace Ms2m.Workload.Tests.OnTheBroker;

/// <summary>A connection that breaks is replaced, again and again.</summary>
public sealed class LosingTheConnection(Broker broker) : IClassFixture<Broker>
{
    [Fact]
    public async Task a_lost_connection_is_replaced_each_time()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = FoldingWorkload.Start(broker, $"q-{Guid.NewGuid():N}");
        await source.ConnectedAsync();
        for (var n = 0; n < 4; n++)
        {
            var before = Connections(source);
            source.Disconnect();
            await EngineStandIn.UntilAsync(() => Connections(source) > before, () => "no connection");
        }
    }

    private static int Connections(FoldingWorkload source) =>
        source.Log.Count(line => line.StartsWith("connected", StringComparison.Ordinal));
}
