using Ms2m.Contracts;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations;

public static partial class Migration
{
    /// <summary>Refuses a request, starts it, or lets it wait for its turn.</summary>
    private static void Begin(Draft draft, Asked asked)
    {
        draft.Record(RequestCheck.Check(asked, draft.Now));
        if (draft.State is not Moving { Facts: var facts })
        {
            return;
        }

        if (Admission.MayStart(asked.Line.WithWaiting(PlaceOf(facts, draft.Now)), facts.Id, draft.Now))
        {
            Advance(draft);
            return;
        }

        var deadline = draft.Now + asked.Line.Limits.MaxWait;
        draft.Record(new MigrationQueued(facts.Id, deadline));
        draft.Send(new Outgoing.AtTime(new QueueOverdue(facts.Id), deadline));
    }

    private static void DecideQueued(Draft draft, Queued queued, IMigrationMessage input)
    {
        switch (input)
        {
            case TurnCame turn:
                Admit(draft, queued.Facts, turn);
                break;
            case CancelMigration cancel:
                // There is no step to undo, so the rollback ends as soon as it has begun.
                draft.Record(new RollbackStarted(queued.Facts.Id, Failures.Cancelled(cancel.RequestedBy), Cancelled: true));
                Advance(draft);
                break;
            case QueueOverdue:
                Refuse(draft, queued.Facts, Failures.WaitedTooLong);
                break;
        }
    }

    /// <summary>A node that has been silent for less is waited for: after a short alarm of the broker all nodes have been
    /// silent, and whoever has waited for its turn must not lose it for that.</summary>
    private static readonly TimeSpan PassingSilence = TimeSpan.FromSeconds(60);

    // What was true when the migration was requested may not be any more: the request is judged again as if it came now.
    private static void Admit(Draft draft, Facts facts, TurnCame turn)
    {
        if (turn.Nodes.Any(node => (node.Node == facts.Request.SourceNode || node.Node == facts.Request.TargetNode)
            && RequestCheck.Silence(node, draft.Now) is { } silence && silence < PassingSilence))
        {
            return;
        }

        switch (RequestCheck.Check(turn.Again(facts.Request), draft.Now))
        {
            case MigrationRejected refused:
                Refuse(draft, facts, refused.Reason);
                break;
            case MigrationRequested now when Admission.MayStart(
                turn.Line.WithWaiting(Since(PlaceOf(new Facts(now), draft.Now), turn.Line)), facts.Id, draft.Now):
                draft.Record(new MigrationAdmitted(
                    facts.Id, now.Spec, now.SourceNode, now.SourceInstance, now.SourceEpoch, now.SourceMemoryBytes)
                {
                    SourceVersions = now.SourceVersions,
                });
                Advance(draft);
                break;
        }
    }

    private static void Refuse(Draft draft, Facts facts, Failure reason) => draft.Record(new MigrationRejected(
        facts.Id, facts.Request.Spec.Name, facts.Request.TargetNode, reason, Body: null));

    private static Place PlaceOf(Facts facts, DateTimeOffset since) => new(
        facts.Id, facts.Request.SourceNode, facts.Request.TargetNode, facts.Request.Priority, since);

    private static Place Since(Place place, Line line) => place with
    {
        Since = line.Waiting.FirstOrDefault(one => one.MigrationId == place.MigrationId)?.Since ?? place.Since,
    };
}
