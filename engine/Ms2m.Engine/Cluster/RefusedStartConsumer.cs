using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Broker;
using Ms2m.EventLog.Claims;
using Npgsql;

namespace Ms2m.Engine.Cluster;

/// <summary>Frees the name of a workload whose start a node has refused. When this is lost, the deadline of the claim does
/// it later.</summary>
public sealed class RefusedStartConsumer(NpgsqlDataSource store, IInstanceAccess access) : IConsumer<NodeCommandRefused>
{
    public async Task Consume(ConsumeContext<NodeCommandRefused> context)
    {
        // Only what was being started: a node's word must not shut out anything that runs.
        if (await RunClaim.ReleaseAsync(store, context.Message.RequestId, context.CancellationToken))
        {
            await access.RevokeAsync(context.Message.InstanceId, context.CancellationToken);
        }
    }
}
