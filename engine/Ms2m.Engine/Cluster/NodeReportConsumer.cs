using MassTransit;
using Ms2m.Contracts;
using Ms2m.EventLog;
using Ms2m.EventLog.Claims;
using Ms2m.EventLog.Documents;

namespace Ms2m.Engine.Cluster;

/// <summary>Keeps the newest report of every node. A report is worth nothing a moment later, so there is no inbox: an
/// older one that comes late is dropped by its date.</summary>
public sealed class NodeReportConsumer(
    DocumentTable<NodeView, string> views, PgSession session, TimeProvider time) : IConsumer<NodeReported>
{
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
            views.DeferUpsert(session, new NodeView(report, now));
            RunClaim.DeferSettle(
                session, report.Node, [.. report.Instances.Select(instance => instance.InstanceId)], now);
        }

        await session.CommitAsync(context.CancellationToken);
    }
}
