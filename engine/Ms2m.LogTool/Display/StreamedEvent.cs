using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.History.Timelines;

namespace Ms2m.LogTool.Display;

/// <summary>An event as programs get it, live (<c>follow --json</c>) and again (<c>replay</c>).</summary>
internal sealed record StreamedEvent(
    long Sequence, Guid MigrationId, long Number, string Type, DateTimeOffset At, string Who, string? CorrelationId, string? CausationId,
    IReadOnlyDictionary<string, string> Headers, JsonElement Data)
{
    public static StreamedEvent Of(RecordedEvent one) => new(
        one.SeqId,
        one.StreamId,
        one.Version,
        one.Alias,
        one.Timestamp,
        Party.SaidBy((IMigrationMessage)one.Data, null).Name,
        one.CorrelationId,
        one.CausationId,
        one.Headers,
        JsonSerializer.SerializeToElement(one.Data, one.Data.GetType(), ContractJson.Options));
}
