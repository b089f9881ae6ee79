using System.Globalization;
using Ms2m.EventLog.Streams;

namespace Ms2m.History.Events;

/// <summary>What the log says about an event beside the event itself: the columns' headers, typed. All of it is absent in
/// events that were written before there were headers.</summary>
/// <param name="Author">Who said it: the broker user whose message led to the event, as the broker vouches for it.</param>
/// <param name="Engine">The engine process that decided it.</param>
/// <param name="Version">That engine's version.</param>
/// <param name="Clock">Names the monotonic clock of <paramref name="MonotonicMs"/>: times of one clock can be
/// subtracted, whatever somebody did to the time of day meanwhile.</param>
/// <param name="MonotonicMs">When it was decided, in milliseconds on that clock.</param>
/// <param name="Node">Where it happened; absent for the engine's own decisions.</param>
/// <param name="Step">The step it is about.</param>
/// <param name="Attempt">The attempt of that step, from 1.</param>
/// <param name="Asked">For the answer to a command: when the engine handed the command to the broker, after the commit of the
/// decision to send it (engine's time of day).</param>
/// <param name="Received">When the answerer had the command (answerer's time of day).</param>
/// <param name="Sent">When the answerer published its answer (answerer's time of day).</param>
/// <param name="Arrived">When the engine had the message that led to the event (engine's time of day).</param>
/// <param name="Digest">Seals the event and all before it in its stream.</param>
public sealed record EventFacts(
    string? Author,
    string? Engine,
    string? Version,
    string? Clock,
    double? MonotonicMs,
    string? Node,
    string? Step,
    int? Attempt,
    DateTimeOffset? Asked,
    DateTimeOffset? Received,
    DateTimeOffset? Sent,
    DateTimeOffset? Arrived,
    string? Digest)
{
    public static EventFacts Of(RecordedEvent recorded) => Of(recorded.Headers);

    public static EventFacts Of(IReadOnlyDictionary<string, string> headers) => new(
        headers.GetValueOrDefault(EventHeaders.Author),
        headers.GetValueOrDefault(EventHeaders.Engine),
        headers.GetValueOrDefault(EventHeaders.Version),
        headers.GetValueOrDefault(EventHeaders.Clock),
        double.TryParse(headers.GetValueOrDefault(EventHeaders.MonotonicMs), CultureInfo.InvariantCulture, out var ms) ? ms : null,
        headers.GetValueOrDefault(EventHeaders.Node),
        headers.GetValueOrDefault(EventHeaders.Step),
        int.TryParse(headers.GetValueOrDefault(EventHeaders.Attempt), CultureInfo.InvariantCulture, out var attempt) ? attempt : null,
        Time(headers, EventHeaders.Asked),
        Time(headers, EventHeaders.Received),
        Time(headers, EventHeaders.Sent),
        Time(headers, EventHeaders.Arrived),
        headers.GetValueOrDefault(EventHeaders.Digest));

    /// <summary>How times are written in headers.</summary>
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private static DateTimeOffset? Time(IReadOnlyDictionary<string, string> headers, string name) =>
        DateTimeOffset.TryParse(
            headers.GetValueOrDefault(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}
