using MassTransit;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Steps;
using Ms2m.NodeWorker.Transfer.Standby;

namespace Ms2m.NodeWorker.Consumers;

/// <summary>Takes orders about memory that is sent in advance. Nothing is answered and nothing is kept of them: what there is
/// then stands in the report, and an order that got lost is given again.</summary>
public sealed partial class StandbyConsumer(StandbyRounds rounds, ExpectedBases expected, ILogger<StandbyConsumer> log)
    : IConsumer<SendBase>, IConsumer<ExpectBase>, IConsumer<DropBase>
{
    public Task Consume(ConsumeContext<SendBase> context)
    {
        if (CommandCheck.Refuse(context.Message) is { } unusable)
            Unusable(nameof(SendBase), unusable.Reason.Message);
        else
            rounds.Begin(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<ExpectBase> context)
    {
        if (CommandCheck.Refuse(context.Message) is { } unusable)
            Unusable(nameof(ExpectBase), unusable.Reason.Message);
        else
            expected.Expect(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<DropBase> context)
    {
        expected.Drop(context.Message.Workload ?? "");
        return Task.CompletedTask;
    }

    [LoggerMessage(2225, LogLevel.Warning, "An order {Order} cannot be carried out: {Reason}")]
    private partial void Unusable(string order, string reason);
}
