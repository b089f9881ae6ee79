using Ms2m.Contracts;
using Ms2m.History.Timelines;
using Ms2m.Migrations;

namespace Ms2m.History.WhatIf;

/// <summary>Asks the cutover's own rule about every moment at which the engine asked it, under any policy.</summary>
internal static class CutoverReplay
{
    /// <returns>The moments at which the engine judged the replay, in order: the index of the event, and what was known.</returns>
    public static IEnumerable<(int Index, Facts Known)> Judgements(MigrationHistory history)
    {
        for (var index = 0; index < history.Events.Length; index++)
        {
            // Reports may come before the engine waits for them; they are judged when it does.
            if (history.Events[index] is
                {
                    Data: ReplayProgressed or StepStarted { Step: StepNames.FollowReplay },
                    After: MigrationState.Moving { Facts: var facts } moving,
                }
                && moving.Steps.GetValueOrDefault(StepNames.FollowReplay) is { Status: StepStatus.Running })
            {
                yield return (index, facts);
            }
        }
    }

    public static Facts Under(this Facts facts, CutoverPolicy policy) =>
        facts with { Request = facts.Request with { Policy = policy } };

    /// <returns>The first moment at which the rule decides under the policy; null when the recording ends before.</returns>
    public static (int Index, CutoverDecided Decision)? FirstDecision(MigrationHistory history, CutoverPolicy policy)
    {
        foreach (var (index, known) in Judgements(history))
        {
            if (Cutover.Decide(known.Under(policy)) is { } decided)
            {
                return (index, decided);
            }
        }

        return null;
    }
}
