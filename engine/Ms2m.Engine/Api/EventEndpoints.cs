using System.ComponentModel;
using System.Globalization;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;

namespace Ms2m.Engine.Api;

/// <summary>Events of one migration, and of all: as a list, or as a stream for whoever accepts text/event-stream.</summary>
internal static class EventEndpoints
{
    private const string LastEventId = "Last-Event-ID";
    private const string Json = "application/json";
    private const string Stream = "text/event-stream";
    private const int MostAtOnce = 1000;

    public static void MapEvents(this WebApplication app)
    {
        app.MapGet("/migrations/{id:guid}/events", OfOneAsync)
            .WithSummary("Events of one migration; as a stream until it has ended for whoever accepts text/event-stream")
            .WithTags("Events").Produces<EventBody[]>(200, Json, Stream).Produces(204).Fails(400, 404);
        app.MapGet("/events", OfAllAsync)
            .WithSummary("Events of all migrations; as a stream without an end for whoever accepts text/event-stream")
            .WithTags("Events").Produces<LogEventBody[]>(200, Json, Stream).Fails(400);
    }

    private static async Task<IResult> OfOneAsync(
        [Description("The migration")] Guid id, HttpRequest request, MigrationReader reader, EventStreams streams,
        CancellationToken token,
        [Description("Only events after this version; a stream prefers the header Last-Event-ID")] long after = 0,
        [Description("Wait so long for the next event when there is none, at most 30000; lists only")] int waitMs = 0)
    {
        if (IsForStream(request))
        {
            return Known(request, after) is { } known ? await streams.OfOneAsync(id, known, token) : NoPosition();
        }

        var events = await reader.EventsAsync(id, after, TimeSpan.FromMilliseconds(Math.Clamp(waitMs, 0, 30_000)), token);
        return events.Count == 0 && after == 0 ? MigrationEndpoints.Unknown(id) : Results.Ok(events);
    }

    private static async Task<IResult> OfAllAsync(
        HttpRequest request, ReadAll readAll, EventStreams streams, CancellationToken token,
        [Description("Only events after this sequence number; a stream prefers the header Last-Event-ID")] long after = 0,
        [Description("At most so many, 1 to 1000; lists only")] int limit = 100)
    {
        if (IsForStream(request))
        {
            return Known(request, after) is { } known ? streams.OfAll(known) : NoPosition();
        }

        var events = new List<LogEventBody>();
        await foreach (var one in readAll.AfterAsync(after, token))
        {
            events.Add(LogEventBody.Of(one));
            if (events.Count >= Math.Clamp(limit, 1, MostAtOnce))
            {
                break;
            }
        }

        return Results.Ok(events);
    }

    private static bool IsForStream(HttpRequest request) => request.GetTypedHeaders().Accept
        .Any(type => type.MediaType.Equals(Stream, StringComparison.OrdinalIgnoreCase));

    /// <summary>What the listener has already; its header is newer than the address that it came with first.</summary>
    /// <returns>Null when the header is no number.</returns>
    private static long? Known(HttpRequest request, long after) =>
        request.Headers[LastEventId] is not [{ Length: > 0 } last] ? after
        : long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var known) ? known
        : null;

    private static IResult NoPosition() =>
        Results.BadRequest(Failures.UnreadableRequest($"{LastEventId} is the id of an event that came before: a whole number."));
}
