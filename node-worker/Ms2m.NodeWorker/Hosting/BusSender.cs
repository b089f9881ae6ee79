using MassTransit;
using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>Through RabbitMQ; each call returns when the broker has confirmed.</summary>
public sealed class BusSender(IBus bus) : IBusSender
{
    private static readonly Uri Migrations = new($"exchange:{Names.Migrations}");
    private static readonly Uri Reports = new($"exchange:{Names.NodeReports}");

    public async Task AnswerAsync(IMigrationMessage answer, CancellationToken cancel)
    {
        var endpoint = await bus.GetSendEndpoint(Migrations);
        await endpoint.Send(answer, answer.GetType(), cancel);
    }

    public Task PublishAsync(object answer, CancellationToken cancel) => bus.Publish(answer, answer.GetType(), cancel);

    public async Task ReportAsync(NodeReported report, CancellationToken cancel)
    {
        var endpoint = await bus.GetSendEndpoint(Reports);
        await endpoint.Send(report, context =>
        {
            // The next one replaces it: a report must neither outlive its truth nor pile up while nobody reads.
            context.Durable = false;
            context.TimeToLive = TimeSpan.FromSeconds(20);
        }, cancel);
    }
}
