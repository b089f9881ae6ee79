using Ms2m.Contracts;
using Ms2m.Migrations;
using Ms2m.Migrations.Plans;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.History.Verifying;

/// <summary>What may follow what in the story of a migration, whichever plan it has.</summary>
internal static class StoryRule
{
    public static IEnumerable<Finding> Check(StreamUnderTest stream, IReadOnlyList<FoldedEvent> events)
    {
        var attempts = new Dictionary<string, int>(StringComparer.Ordinal);
        IMigrationMessage? proof = null;
        bool lost = false, committed = false;
        for (var i = 0; i < events.Count; i++)
        {
            var (stored, @event, _, before, _) = events[i];
            var problem = (before, @event) switch
            {
                (NotStarted, not (MigrationRequested or MigrationRejected)) => "A story begins with a request, granted or refused.",
                (not NotStarted, MigrationRequested) => "It was requested before.",
                (Ended, not CancelRefused) => "The migration had ended before.",
                (_, RollbackStarted) when committed => "There is no way back after the commit.",
                (_, PromotionCommitted) when committed => "It was committed before.",
                (_, PromotionCommitted) when !lost && !IsProven(before, proof) =>
                    "The target took over without the proof that its strategy asks for, from a source that was not lost.",
                (_, MigrationCompleted) when !committed => "It was completed and never committed.",
                (_, MigrationRolledBack or MigrationCancelled) when before is not RollingBack => "It was given up without a rollback.",
                (_, StepStarted started) => Attempt(attempts, started),
                _ => null,
            };
            proof = @event is HandoffVerified or CopyVerified or StateLeftBehind ? @event : proof;
            lost |= @event is SourceLost;
            committed |= @event is PromotionCommitted;
            if (problem is not null)
            {
                yield return stream.Fault("story", stored, problem);
            }
        }
    }

    private static bool IsProven(MigrationState before, IMigrationMessage? proof) =>
        proof is not null && Migration.FactsOf(before) is { } facts
        && proof.Equals(PlanCatalogue.Find(facts.Request)?.Proof(facts).By);

    // A failover begins a step anew that belongs to the way after the commit too.
    private static string? Attempt(Dictionary<string, int> attempts, StepStarted started)
    {
        var last = attempts.GetValueOrDefault(started.Step);
        attempts[started.Step] = started.Attempt;
        return started.Attempt == last + 1 || started.Attempt == 1
            ? null
            : $"Attempt {started.Attempt} of {started.Step} follows attempt {last}.";
    }
}
