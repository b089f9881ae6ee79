using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.Migrations;

namespace Ms2m.History.Timelines;

/// <summary>Finds when each attempt of each step began and ended.</summary>
internal sealed class StepSpans
{
    private readonly List<StepSpan> _spans = [];
    private readonly ImmutableArray<HistoryEvent> _events;

    private StepSpans(ImmutableArray<HistoryEvent> events) => _events = events;

    public static ImmutableArray<StepSpan> Of(ImmutableArray<HistoryEvent> events)
    {
        var spans = new StepSpans(events);
        for (var index = 0; index < events.Length; index++)
        {
            spans.Add(index, events[index].Data);
        }

        return [.. spans._spans.Select(span => span.Ended is null ? span with { ToMs = events[^1].SinceMs } : span)];
    }

    private void Add(int index, IMigrationMessage data)
    {
        switch (data)
        {
            case StepStarted started:
                Begin(index, started.Step, started.Attempt);
                break;
            case StepFailed failed:
                End(index, failed.Step, failed.Attempt, SpanOutcome.Failed, orPoint: true);
                break;
            case StepOverdue overdue:
                End(index, overdue.Step, overdue.Attempt, SpanOutcome.Overdue, orPoint: false);
                break;
            case RollbackStarted or PromotionCommitted:
                Abandon(index);
                break;
            case var _ when _events[index].After is MigrationState.Ended:
                Abandon(index);
                break;
            case var _ when Migration.StepEndedBy(data) is var (step, attempt):
                End(index, step, attempt, SpanOutcome.Done, orPoint: true);
                break;
        }
    }

    private void Begin(int index, string step, int attempt)
    {
        var one = _events[index];
        _spans.Add(new StepSpan(
            step, attempt, Party.AskedFor(step, one.After), one.Phase, index, null, one.SinceMs, one.SinceMs, SpanOutcome.Running));
    }

    // The answer of an earlier attempt may end a later one. What was never begun, or is over, takes no time: an answer may come
    // before the engine waits for it, and a timer may say that the pause after a failure is over.
    private void End(int index, string step, int attempt, SpanOutcome outcome, bool orPoint)
    {
        var (one, open) = (_events[index], _spans.FindLastIndex(span => span.Step == step && span.Ended is null));
        if (open >= 0)
        {
            _spans[open] = _spans[open] with { Ended = index, ToMs = one.SinceMs, Outcome = outcome };
        }
        else if (orPoint)
        {
            _spans.Add(new StepSpan(
                step, attempt, Party.SaidBy(one.Data, Migration.FactsOf(one.After)), one.Phase, null, index,
                one.SinceMs, one.SinceMs, outcome));
        }
    }

    private void Abandon(int index)
    {
        for (var i = 0; i < _spans.Count; i++)
        {
            if (_spans[i].Ended is null)
            {
                _spans[i] = _spans[i] with { Ended = index, ToMs = _events[index].SinceMs, Outcome = SpanOutcome.Abandoned };
            }
        }
    }
}
