using MassTransit;
using MassTransit.Transports;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>Refuses messages that do not say what they are. A raw message without a type would be taken for every
/// command at once: a checkpoint for a removal. What is refused lands in the node's queue <c>…_skipped</c>, with the
/// reason in its header MT-Reason.</summary>
public sealed class MessageTypeRequired : IFilter<ReceiveContext>
{
    private const string Reason = "the message has no header " + Contracts.Headers.MessageType;

    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        if (context.TransportHeaders.TryGetHeader(Contracts.Headers.MessageType, out var type) && type is not null)
            return next.Send(context);
        // Not an exception: filters stand outside of what catches those, and the message would come again for ever.
        return context.TryGetPayload<IDeadLetterTransport>(out var aside)
            ? aside.Send(context, Reason)
            : throw new InvalidOperationException("The endpoint has no queue for what it skips.");
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("message-type-required");
}
