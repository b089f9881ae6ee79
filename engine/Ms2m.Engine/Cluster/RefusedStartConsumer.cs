using MassTransit;
using Ms2m.Contracts;
using Ms2m.EventLog.Claims;
using Npgsql;

namespace Ms2m.Engine.Cluster;

/// <summary>Frees the name of a workload whose start a node has refused. When this is lost, the deadline of the claim does
/// it later.</summary>
public sealed class RefusedStartConsumer(NpgsqlDataSource store) : IConsumer<NodeCommandRefused>
{
    public Task Consume(ConsumeContext<NodeCommandRefused> context) =>
        RunClaim.ReleaseAsync(store, context.Message.RequestId, context.CancellationToken);
}
