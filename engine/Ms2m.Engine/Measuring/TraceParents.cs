using MassTransit;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.Engine.Measuring;

/// <summary>The span that a message came from.</summary>
internal static class TraceParents
{
    public static string? TraceParent(this ConsumeContext context) =>
        context.ReceiveContext.TransportHeaders.TryGetHeader(Headers.TraceParent, out var parent) ? parent as string : null;
}
