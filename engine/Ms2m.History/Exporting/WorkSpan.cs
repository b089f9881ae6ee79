using Ms2m.Contracts;
using Ms2m.History.Timelines;

namespace Ms2m.History.Exporting;

/// <summary>When whoever had a step was at it, on the migration's own time axis.</summary>
/// <param name="Placed">How it was placed there: clocks of two machines cannot be laid beside each other exactly.</param>
public sealed record WorkSpan(Party Party, double FromMs, double ToMs, string Placed)
{
    /// <returns>Null for what the engine does itself, and for what nobody has answered.</returns>
    public static WorkSpan? Of(MigrationHistory history, StepSpan span)
    {
        if (span.Party.Kind == PartyKind.Engine || span is not { Ended: { } ended, Outcome: SpanOutcome.Done or SpanOutcome.Failed })
        {
            return null;
        }

        var answer = history.Events[ended];
        if (answer.Facts is { Asked: { } asked, Received: { } received, Sent: { } sent, Arrived: { } arrived })
        {
            var work = (sent - received).TotalMilliseconds;
            var way = Math.Max(0, (arrived - asked).TotalMilliseconds - work);
            var engine = (answer.Recorded.Timestamp - arrived).TotalMilliseconds;
            return Within(span, span.ToMs - engine - (way / 2), work, "as if the ways out and back took the same time");
        }

        double? known = answer.Data switch
        {
            CheckpointTaken taken => taken.DumpMs,
            TransferCompleted transfer => transfer.TransferMs,
            ShadowReady ready => ready.RestoreMs,
            _ => null,
        };
        return known is { } ms
            ? Within(span, span.ToMs - (Math.Max(0, span.Ms - ms) / 2), ms, "its length is known, its place is not: in the middle")
            : new WorkSpan(span.Party, span.FromMs, span.ToMs, "command, work and answer");
    }

    private static WorkSpan Within(StepSpan span, double to, double ms, string how)
    {
        to = Math.Clamp(to, span.FromMs, span.ToMs);
        return new WorkSpan(span.Party, Math.Clamp(to - ms, span.FromMs, to), to, how);
    }
}
