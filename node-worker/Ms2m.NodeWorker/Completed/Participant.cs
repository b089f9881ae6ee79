using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Completed;

/// <summary>An instance of this node on which a migration relies: the source from its checkpoint on, the shadow from its
/// restore on.</summary>
public readonly record struct Participant(Guid MigrationId, string InstanceId)
{
    /// <summary>A rollback on the source's node may be over here and still wait for the source to resume.</summary>
    private static readonly TimeSpan RollbackTakes = TimeSpan.FromMinutes(2);

    /// <summary>What follows from the commands of one migration that have come to this node.</summary>
    internal static string? Of(IReadOnlyList<StepWork> works, DateTimeOffset now)
    {
        foreach (var work in works)
        {
            // From here on the container's end is the migration's own doing, or no longer its business.
            if (work.Kind.Command == typeof(RemoveInstance)
                || (work.Kind.Command == typeof(ActivateInstance) && work.IsFinished)
                || (work.Kind.Command == typeof(DiscardCheckpoint) && now - work.At > RollbackTakes))
                return null;
        }
        foreach (var work in works)
        {
            if (work.Command is TakeCheckpoint take)
                return take.InstanceId;
            if (work.Command is RestoreShadow restore && work.HasAnswered<ShadowReady>())
                return restore.InstanceId;
        }
        return null;
    }
}
