using MassTransit;
using Ms2m.Contracts;
using Ms2m.EventLog;
using Ms2m.EventLog.Claims;
using Ms2m.EventLog.Documents;
using Npgsql;

namespace Ms2m.Engine.Cluster;

/// <summary>Keeps the newest report of every node. A report is worth nothing a moment later, so there is no inbox: an
/// older one that comes late is dropped by its date.</summary>
public sealed class NodeReportConsumer(
    DocumentTable<NodeView, string> views, PgSession session, NpgsqlDataSource store, TimeProvider time)
    : IConsumer<NodeReported>
{
    private static readonly Uri _migrations = new($"exchange:{Names.Migrations}");

    public async Task Consume(ConsumeContext<NodeReported> context)
    {
        var report = context.Message;
        if (!Names.IsValid(report.Node))
        {
            return;
        }

        await session.BeginAsync(context.CancellationToken);
        var known = await views.LoadForUpdateAsync(session, report.Node, context.CancellationToken);
        if (known is null || known.Value.Report.At < report.At)
        {
            var now = time.GetUtcNow();
            views.DeferUpsert(session, new NodeView(report with { ClockBehindMs = (now - report.At).TotalMilliseconds }, now));
            RunClaim.DeferSettle(
                session, report.Node, [.. report.Instances.Select(instance => instance.InstanceId)], now);
        }

        await session.CommitAsync(context.CancellationToken);
        foreach (var ended in report.Instances.Where(HasEnded))
        {
            await TellItsMigrationAsync(context, report.Node, ended.InstanceId, ended.Spec.Name);
        }
    }

    /// <summary>An active instance whose container has ended. A container that waits for its checkpoint has not run yet
    /// and is not active.</summary>
    private static bool HasEnded(InstanceReported instance) =>
        instance is { Role: InstanceRole.Active, State: "exited" or "stopped" or "dead" };

    // A worker tells this itself once it has a part in the migration; of a source that dies before, only the report
    // speaks. It comes every two seconds, so nothing is stored to be sent again.
    private async Task TellItsMigrationAsync(ConsumeContext context, string node, string instance, string workload)
    {
        if (await store.ClaimHolderAsync(workload, context.CancellationToken) is { } migration)
        {
            var saga = await context.GetSendEndpoint(_migrations);
            await saga.Send(new InstanceExited(migration, instance, node, null), context.CancellationToken);
        }
    }
}
