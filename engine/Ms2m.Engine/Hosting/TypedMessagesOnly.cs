using MassTransit;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.Engine.Hosting;

/// <summary>Refuses deliveries without a type header: the serializer would take them for every type that the endpoint
/// knows, one after the other. The broker's error queue keeps them, with the reason.</summary>
/// <typeparam name="T">The endpoint's consumer, for the filter's name in the probe.</typeparam>
internal sealed class TypedMessagesOnly<T> : IFilter<ReceiveContext>
{
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) =>
        context.TransportHeaders.TryGetHeader(Headers.MessageType, out _)
            ? next.Send(context)
            : throw new UntypedMessageException(context.InputAddress);

    public void Probe(ProbeContext context) => context.CreateFilterScope($"typed-messages-only-{typeof(T).Name}");
}

/// <summary>A message came without the header that names its type.</summary>
internal sealed class UntypedMessageException(Uri address) : Exception(
    $"A message to {address.AbsolutePath} has no header {Headers.MessageType}; docs/wire-protocol.md says what to set.");
