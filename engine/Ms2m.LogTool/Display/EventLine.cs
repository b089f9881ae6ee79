using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Ms2m.Contracts;
using Ms2m.History.Timelines;
using Ms2m.Migrations;

namespace Ms2m.LogTool.Display;

/// <summary>One event as JSON has it, here and in <c>follow</c>.</summary>
/// <param name="Number">Position in the migration's stream.</param>
/// <param name="Sequence">Position in the whole log.</param>
/// <param name="GapMs">Since the event before it in its stream.</param>
/// <param name="Who">Whose word it is: the engine, a node, an instance.</param>
/// <param name="Author">The broker user that said it; absent in old logs.</param>
internal sealed record EventLine(
    long Number, long Sequence, string Type, DateTimeOffset At, double SinceMs, double GapMs, string Who, string? Author,
    string? Engine, string? Version, string? Step, int? Attempt, string? CorrelationId, string? CausationId, JsonElement Data)
{
    public static EventLine Of(HistoryEvent one, HistoryEvent? previous)
    {
        var answered = one.Data as IStepMessage;
        return new(
            one.Number,
            one.Recorded.SeqId,
            one.Type,
            one.Recorded.Timestamp,
            one.SinceMs,
            one.SinceMs - (previous ?? one).SinceMs,
            Party.SaidBy(one.Data, Migration.FactsOf(one.After)).Name,
            one.Facts.Author,
            one.Facts.Engine,
            one.Facts.Version,
            answered?.Step ?? one.Facts.Step,
            answered?.Attempt ?? one.Facts.Attempt,
            one.Recorded.CorrelationId,
            one.Recorded.CausationId,
            JsonSerializer.SerializeToElement(one.Data, one.Data.GetType(), ContractJson.Options));
    }

    public string Sentence => EventSentence.Of(new LogEvent(Number, Sequence, Type, At, Data));

    /// <summary>All events of a migration, each with the gap before it.</summary>
    public static IReadOnlyList<EventLine> Of(MigrationHistory history) =>
        [.. history.Events.Select((one, index) => Of(one, index == 0 ? null : history.Events[index - 1]))];
}
