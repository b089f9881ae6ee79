using System.Net.Mime;
using System.Text;
using System.Text.Json;
using MassTransit;
using Ms2m.Engine.Measuring;
using Ms2m.Migrations;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.Engine.Hosting;

/// <summary>Refuses what a worker or an instance says in another's name. The broker has checked the user id of every message
/// against the connection that it came over; here it is checked against the message. The endpoint's queue
/// <c>…_skipped</c> keeps what is refused, with the reason in MT-Reason.</summary>
/// <param name="self">The engine's own broker user, which may say anything.</param>
internal sealed partial class KnownSendersOnly(string self, EngineMetrics metrics, ILogger<KnownSendersOnly> logger) : IFilter<ReceiveContext>
{
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        var user = context.TryGetPayload<RabbitMqBasicConsumeContext>(out var rabbit) ? rabbit.Properties.UserId : null;
        if (user == self || Refusal(context, user) is not { } reason)
        {
            return next.Send(context);
        }

        LogSetAside(user, reason);
        metrics.SetAside("sender");
        return context.SetAsideAsync(reason);
    }

    [LoggerMessage(1601, LogLevel.Warning, "Set aside what {User} said: {Reason}")]
    private partial void LogSetAside(string? user, string reason);

    public void Probe(ProbeContext context) => context.CreateFilterScope("known-senders-only");

    private static string? Refusal(ReceiveContext context, string? user)
    {
        if (string.IsNullOrEmpty(user))
        {
            return "the message has no user_id; docs/wire-protocol.md says what to set";
        }

        // Any other content type could be another envelope, whose type is not the header's.
        if (context.ContentType?.MediaType != MediaTypeNames.Application.Json)
        {
            return "its content type is not application/json";
        }

        // One message may be declared to be several types, and every consumer takes the one that it knows.
        var types = (context.TransportHeaders.TryGetHeader(Headers.MessageType, out var header) ? header as string : null)?.Split(';');
        if (types is null || !types.Any(type => Senders.FieldFor(type) is not null || Senders.IsTheEngines(type)))
        {
            return $"the header {Headers.MessageType} names no type that anybody says";
        }

        foreach (var type in types)
        {
            if (Senders.IsTheEngines(type))
            {
                return $"{type} is the engine's to say, not {user}'s";
            }

            if (Senders.FieldFor(type) is not { } field)
            {
                continue;
            }

            if (Named(context, field) is not { } name || Senders.UserFor(field, name) != user)
            {
                return $"it is {user}'s, and the {field} that it names is another";
            }
        }

        return null;
    }

    private static string? Named(ReceiveContext context, string field)
    {
        try
        {
            using var body = JsonDocument.Parse(context.Body.GetBytes());
            var named = body.RootElement.ValueKind == JsonValueKind.Object
                ? body.RootElement.EnumerateObject()
                    .Where(one => one.Name.Equals(field, StringComparison.OrdinalIgnoreCase)).ToList()
                : [];
            // A field given twice would be read as one here and perhaps as the other there.
            return named is [{ Value.ValueKind: JsonValueKind.String } only] ? only.Value.GetString() : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            return null;
        }
    }
}
