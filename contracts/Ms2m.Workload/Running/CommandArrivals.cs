using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>How the latest commands came, for their answers to say. An answer is told from a report by its step and attempt,
/// which are its command's.</summary>
internal sealed class CommandArrivals
{
    /// <summary>More than one migration asks of an instance; what an older one asked has been answered.</summary>
    private const int Most = 16;
    private readonly List<(Guid MigrationId, string Step, int Attempt, Arrival Arrival)> known = [];

    public void Add(IMigrationMessage command, Arrival arrival)
    {
        if (command is not IStepMessage step)
        {
            return;
        }
        known.RemoveAll(one => Is(one, step));
        if (known.Count == Most)
        {
            known.RemoveAt(0);
        }
        known.Add((step.MigrationId, step.Step, step.Attempt, arrival));
    }

    public Arrival? AnsweredBy(IStepMessage answer) => known.Find(one => Is(one, answer)).Arrival;

    /// <summary>The span of the migration's latest command.</summary>
    public string? LatestTrace(Guid migrationId) => known.FindLast(one => one.MigrationId == migrationId).Arrival?.Trace;

    private static bool Is((Guid MigrationId, string Step, int Attempt, Arrival) one, IStepMessage message) =>
        one.MigrationId == message.MigrationId && one.Step == message.Step && one.Attempt == message.Attempt;
}
