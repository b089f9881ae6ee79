using MassTransit;
using Ms2m.Engine.Measuring;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.Engine.Hosting;

/// <summary>Refuses deliveries without a type header: the serializer would take them for every type that the endpoint
/// knows, one after the other. The endpoint's queue <c>…_skipped</c> keeps them, with the reason in MT-Reason.</summary>
internal sealed class TypedMessagesOnly(EngineMetrics metrics) : IFilter<ReceiveContext>
{
    private const string Reason = $"the message has no header {Headers.MessageType}; docs/wire-protocol.md says what to set";

    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        if (context.TransportHeaders.TryGetHeader(Headers.MessageType, out _))
        {
            return next.Send(context);
        }

        metrics.SetAside("type");
        return context.SetAsideAsync(Reason);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("typed-messages-only");
}
