using Ms2m.Contracts;

namespace Ms2m.Migrations.Views;

/// <summary>Collects when steps began and ended, in the order in which they began.</summary>
internal sealed class StepTimes
{
    private readonly List<string> _order = [];
    private readonly Dictionary<string, (int Attempt, DateTimeOffset Since, DateTimeOffset? Until, string State)> _steps =
        new(StringComparer.Ordinal);

    public void Add(IMigrationMessage @event, DateTimeOffset at)
    {
        switch (@event)
        {
            case StepStarted started:
                Begin(started.Step, at);
                // Also one that a rollback ended and a failover begins anew.
                _steps[started.Step] = _steps[started.Step] with { Attempt = started.Attempt, Until = null, State = "running" };
                break;
            case StepGivenUp givenUp:
                End(givenUp.Step, at, "failed");
                break;
            case RollbackStarted or PromotionCommitted:
                foreach (var (step, times) in _steps.Where(step => step.Value.Until is null).ToArray())
                {
                    _steps[step] = times with { Until = at, State = "failed" };
                }

                break;
            case var _ when Migration.StepEndedBy(@event) is var (step, attempt):
                // The event may come before the engine waits for it.
                Begin(step, at);
                _steps[step] = _steps[step] with { Attempt = attempt };
                End(step, at, "done");
                break;
        }
    }

    public IReadOnlyList<StepTime> Until(DateTimeOffset until) =>
    [
        .. _order.Select(step => (Name: step, Times: _steps[step])).Select(step => new StepTime(
            step.Name,
            step.Times.Attempt,
            ((step.Times.Until ?? until) - step.Times.Since).TotalMilliseconds,
            step.Times.State)),
    ];

    private void Begin(string step, DateTimeOffset at)
    {
        if (_steps.TryAdd(step, (1, at, null, "running")))
        {
            _order.Add(step);
        }
    }

    private void End(string step, DateTimeOffset at, string state)
    {
        if (_steps[step].Until is null)
        {
            _steps[step] = _steps[step] with { Until = at, State = state };
        }
    }
}
