using System.Globalization;
using MassTransit;
using Ms2m.Contracts;
using Ms2m.History.Events;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.Engine.Saga;

/// <summary>What an event's headers say about where it comes from.</summary>
public sealed class Provenance(TimeProvider time)
{
    // Every process of a machine reads the same monotonic clock until the machine starts anew.
    private static readonly string _clock = ClockName();

    private static readonly string _engine =
        string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}");

    private static readonly string _version =
        typeof(Provenance).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Of everything that follows from one message.</summary>
    /// <param name="now">When it was decided.</param>
    public Dictionary<string, string> Of(ConsumeContext context, DateTimeOffset now)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [EventHeaders.Engine] = _engine,
            [EventHeaders.Version] = _version,
            [EventHeaders.Clock] = _clock,
            [EventHeaders.MonotonicMs] = (time.GetTimestamp() * 1000.0 / time.TimestampFrequency)
                .ToString("0.000", CultureInfo.InvariantCulture),
            [EventHeaders.Arrived] = EventFacts.Text(now - context.ReceiveContext.ElapsedTime),
        };
        if (context.ReceiveContext.TryGetPayload<RabbitMqBasicConsumeContext>(out var rabbit)
            && rabbit.Properties.UserId is { Length: > 0 } author)
        {
            headers[EventHeaders.Author] = author;
        }

        Copy(context, Headers.Asked, headers, EventHeaders.Asked);
        Copy(context, Headers.Received, headers, EventHeaders.Received);
        Copy(context, Headers.Sent, headers, EventHeaders.Sent);
        return headers;
    }

    // A stranger may send anything here; what is no time is left out.
    private static void Copy(ConsumeContext context, string wire, Dictionary<string, string> headers, string name)
    {
        if (context.ReceiveContext.TransportHeaders.TryGetHeader(wire, out var value)
            && long.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), NumberStyles.None, CultureInfo.InvariantCulture, out var micros)
            && Arrival.Time(micros) is { } time)
        {
            headers[name] = EventFacts.Text(time);
        }
    }

    private static string ClockName()
    {
        const string boot = "/proc/sys/kernel/random/boot_id";
        return File.Exists(boot) ? File.ReadAllText(boot).Trim() : Guid.NewGuid().ToString();
    }
}
