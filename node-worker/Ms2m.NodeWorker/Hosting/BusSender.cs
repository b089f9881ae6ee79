using MassTransit;
using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>Through RabbitMQ; each call returns when the broker has confirmed.</summary>
public sealed class BusSender(IBus bus, TimeProvider time) : IBusSender
{
    private static readonly Uri Migrations = new($"exchange:{Names.Migrations}");
    private static readonly Uri Reports = new($"exchange:{Names.NodeReports}");

    public async Task AnswerAsync(IMigrationMessage answer, Arrival? answered, CancellationToken cancel)
    {
        var endpoint = await bus.GetSendEndpoint(Migrations);
        await endpoint.Send(answer, answer.GetType(), Pipe.Execute<SendContext>(send => Arrival.Stamp(
            (name, value) => send.Headers.Set(name, value, overwrite: true), answered, time.GetUtcNow())), cancel);
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
