using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;

namespace Ms2m.Engine.Measuring;

/// <summary>From when to when each attempt of each step lasted, by the log.</summary>
internal static class StepSpans
{
    /// <returns>In the order of their ends; attempts that nobody ended are left out.</returns>
    public static IEnumerable<(StepStarted Step, DateTimeOffset From, DateTimeOffset Until, bool Failed)> Of(
        IReadOnlyList<RecordedEvent> events)
    {
        var open = new Dictionary<(string Step, int Attempt), (StepStarted Step, DateTimeOffset From)>();
        foreach (var one in events)
        {
            if (one.Data is StepStarted started)
            {
                // A newer attempt ends the older one.
                foreach (var older in open.Keys.Where(key => key.Step == started.Step).ToList())
                {
                    var (step, from) = open[older];
                    open.Remove(older);
                    yield return (step, from, one.Timestamp, true);
                }

                open[(started.Step, started.Attempt)] = (started, one.Timestamp);
            }
            else if (EndOf((IMigrationMessage)one.Data) is var (ended, attempt, failed) && open.Remove((ended, attempt), out var begun))
            {
                yield return (begun.Step, begun.From, one.Timestamp, failed);
            }
        }
    }

    private static (string Step, int Attempt, bool Failed)? EndOf(IMigrationMessage @event) => @event switch
    {
        StepGivenUp given => (given.Step, given.Attempt, true),
        _ when Migration.StepEndedBy(@event) is var (step, attempt) => (step, attempt, false),
        _ => null,
    };
}
