using Ms2m.Contracts;
using Ms2m.EventLog.Streams;

namespace Ms2m.History.Events;

/// <summary>Every event of a migration and its name in the log. A name given once is never changed.</summary>
public static class MigrationEvents
{
    public static EventTypes Register(EventTypes types) => types
        .Add<MigrationRequested>("migration_requested")
        .Add<MigrationRejected>("migration_rejected")
        .Add<MigrationQueued>("migration_queued")
        .Add<MigrationAdmitted>("migration_admitted")
        .Add<StepStarted>("step_started")
        .Add<StepOverdue>("step_overdue")
        .Add<StepFailed>("step_failed")
        .Add<StepGivenUp>("step_given_up")
        .Add<TargetReserved>("target_reserved")
        .Add<AccessGranted>("access_granted")
        .Add<ShadowRevoked>("shadow_revoked")
        .Add<SourcePrepared>("source_prepared")
        .Add<ReplayOpened>("replay_opened")
        .Add<FenceSent>("fence_sent")
        .Add<FenceReached>("fence_reached")
        .Add<PreCopied>("pre_copied")
        .Add<PagesCollected>("pages_collected")
        .Add<InstanceFrozen>("instance_frozen")
        .Add<InstanceThawed>("instance_thawed")
        .Add<InstanceStarted>("instance_started")
        .Add<CheckpointTaken>("checkpoint_taken", Upcasters.UnknownFreezeIsAbsent)
        .Add<TransferCompleted>("transfer_completed")
        .Add<ShadowReady>("shadow_ready")
        .Add<ShadowAttached>("shadow_attached")
        .Add<ReplayProgressed>("replay_progressed")
        .Add<CutoverDecided>("cutover_decided")
        .Add<JournalClosed>("journal_closed")
        .Add<ReplayCaughtUp>("replay_caught_up")
        .Add<HandoffVerified>("handoff_verified")
        .Add<CopyVerified>("copy_verified")
        .Add<StateLeftBehind>("state_left_behind")
        .Add<SourceLost>("source_lost")
        .Add<SourceRevoked>("source_revoked")
        .Add<HandoffBroken>("handoff_broken")
        .Add<PromotionCommitted>("promotion_committed")
        .Add<ShadowPromoted>("shadow_promoted")
        .Add<InstanceActivated>("instance_activated")
        .Add<InstanceRemoved>("instance_removed")
        .Add<CheckpointDiscarded>("checkpoint_discarded")
        .Add<SourceResumed>("source_resumed")
        .Add<ReplayClosed>("replay_closed")
        .Add<InstanceExited>("instance_exited")
        .Add<RollbackStarted>("rollback_started")
        .Add<CancelRefused>("cancel_refused")
        .Add<MigrationCompleted>("migration_completed")
        .Add<MigrationRolledBack>("migration_rolled_back")
        .Add<MigrationCancelled>("migration_cancelled")
        .Add<MigrationFailed>("migration_failed");
}
