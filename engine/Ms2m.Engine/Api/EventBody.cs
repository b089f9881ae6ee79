using Ms2m.EventLog.Streams;

namespace Ms2m.Engine.Api;

/// <summary>One event as the API gives it.</summary>
internal sealed record EventBody(long Version, long Sequence, string Type, DateTimeOffset At, object Data)
{
    public static EventBody Of(RecordedEvent one) => new(one.Version, one.SeqId, one.Alias, one.Timestamp, one.Data);
}

/// <summary>One event among those of all migrations.</summary>
internal sealed record LogEventBody(
    Guid MigrationId, long Version, long Sequence, string Type, DateTimeOffset At, object Data)
{
    public static LogEventBody Of(RecordedEvent one) =>
        new(one.StreamId, one.Version, one.SeqId, one.Alias, one.Timestamp, one.Data);
}
