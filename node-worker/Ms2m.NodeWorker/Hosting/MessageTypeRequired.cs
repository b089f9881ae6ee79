using MassTransit;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>Refuses messages that do not say what they are. A raw message without a type would be taken for every
/// command at once: a checkpoint for a removal. What is refused lands in the node's error queue, with the reason in
/// its header MT-Fault-Message.</summary>
public sealed class MessageTypeRequired : IFilter<ReceiveContext>
{
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) =>
        context.TransportHeaders.TryGetHeader(Contracts.Headers.MessageType, out var type) && type is not null
            ? next.Send(context)
            : throw new NoMessageTypeException();

    public void Probe(ProbeContext context) => context.CreateFilterScope("message-type-required");
}

public sealed class NoMessageTypeException()
    : Exception($"The message has no header {Contracts.Headers.MessageType}, so it is no command.");
