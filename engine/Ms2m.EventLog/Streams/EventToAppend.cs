namespace Ms2m.EventLog.Streams;

/// <param name="Data">Of a registered type.</param>
/// <param name="EventId">Made by the caller, so that the same decision can carry the same ids.</param>
/// <param name="Headers">Facts about this event, beside those of the whole append.</param>
public sealed record EventToAppend(object Data, Guid EventId, IReadOnlyDictionary<string, string>? Headers = null);

/// <summary>What is true of all events of one append.</summary>
/// <param name="Timestamp">When they happened. The store keeps microseconds; finer digits are cut off here, so that an
/// event handed on is equal to the one read back.</param>
/// <param name="CorrelationId">The conversation they belong to.</param>
/// <param name="CausationId">The message that caused them.</param>
/// <param name="Headers">Facts about the events that are not part of them, such as who decided them.</param>
public sealed record EventMetadata(
    DateTimeOffset Timestamp,
    string? CorrelationId = null,
    string? CausationId = null,
    IReadOnlyDictionary<string, string>? Headers = null)
{
    public DateTimeOffset Timestamp { get; } =
        Timestamp.ToUniversalTime().AddTicks(-(Timestamp.Ticks % TimeSpan.TicksPerMicrosecond));
}
