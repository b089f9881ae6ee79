using Ms2m.Contracts;

namespace Ms2m.Migrations.Views;

/// <summary>Collects when steps began and ended, in the order in which they began. An answer may come before the engine waits for
/// it, and then nobody waits any more: such a step took no time of the migration and is not here.</summary>
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
                End(givenUp.Step, givenUp.Attempt, at, "failed");
                break;
            case RollbackStarted or PromotionCommitted:
                foreach (var (step, times) in _steps.Where(step => step.Value.Until is null).ToArray())
                {
                    _steps[step] = times with { Until = at, State = "failed" };
                }

                break;
            case var _ when Migration.StepEndedBy(@event) is var (step, attempt):
                End(step, attempt, at, "done");
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

    private void End(string step, int attempt, DateTimeOffset at, string state)
    {
        if (_steps.TryGetValue(step, out var times) && times.Until is null)
        {
            _steps[step] = times with { Attempt = attempt, Until = at, State = state };
        }
    }
}
