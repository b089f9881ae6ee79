using MassTransit;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Completed;

namespace Ms2m.NodeWorker.Consumers;

/// <summary>Takes commands of one kind from the broker. The work begins when the command is recorded, and the delivery
/// is not held for it: a broker closes the channel of a consumer that acknowledges late.</summary>
public sealed class StepConsumer<TCommand>(StepDesk desk) : IConsumer<TCommand>
    where TCommand : class, IStepMessage
{
    public Task Consume(ConsumeContext<TCommand> context)
    {
        desk.Accept(context.Message);
        return Task.CompletedTask;
    }
}
