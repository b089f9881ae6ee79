using MassTransit;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Completed;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.NodeWorker.Consumers;

/// <summary>Takes commands of one kind from the broker. The work begins when the command is recorded, and the delivery
/// is not held for it: a broker closes the channel of a consumer that acknowledges late.</summary>
public sealed class StepConsumer<TCommand>(StepDesk desk, TimeProvider time) : IConsumer<TCommand>
    where TCommand : class, IStepMessage
{
    public Task Consume(ConsumeContext<TCommand> context)
    {
        var came = context.ReceiveContext;
        desk.Accept(context.Message, Arrival.Of(
            came.TransportHeaders.TryGetHeader(Headers.Sent, out var sent) ? sent : null,
            came.TransportHeaders.TryGetHeader(Headers.TraceParent, out var trace) ? trace : null,
            time.GetUtcNow() - came.ElapsedTime));
        return Task.CompletedTask;
    }
}
