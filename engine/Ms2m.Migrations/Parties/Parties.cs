using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>Who has a say in one migration, and in which of its steps. That a sender is who it says it is has been checked
/// before (<see cref="Senders"/>); a worker or an instance that has no part in this migration, or speaks of a step that is
/// another's, is not listened to.</summary>
internal static class Parties
{
    public static bool MaySay(Facts facts, IMigrationMessage message)
    {
        var (source, shadow) = (facts.Request.SourceInstance, facts.ShadowInstance);
        var (sourceNode, targetNode) = (facts.Request.SourceNode, facts.Request.TargetNode);
        return message switch
        {
            SourcePrepared m => m.InstanceId == source && m.Step is StepNames.PrepareSource or StepNames.ConfirmSource,
            FenceReached m => m.InstanceId == source,
            JournalClosed m => m.InstanceId == source && m.Step == StepNames.QuiesceSource,
            SourceResumed m => m.InstanceId == source && m.Step == StepNames.ResumeSource,
            ShadowAttached m => m.InstanceId == shadow,
            ReplayProgressed m => m.InstanceId == shadow,
            ReplayCaughtUp m => m.InstanceId == shadow && m.Step == StepNames.VerifyHandoff,
            ShadowPromoted m => m.InstanceId == shadow && m.Step == StepNames.PromoteShadow,
            HandoffBroken m => m.InstanceId == shadow || m.InstanceId == source,
            InstanceExited m => (m.InstanceId == source && m.Node == sourceNode) || (m.InstanceId == shadow && m.Node == targetNode),
            TargetReserved m => m.Node == targetNode && m.Step == StepNames.ReserveTarget,
            ShadowReady m => m.Node == targetNode && m.Step == StepNames.RestoreShadow,
            InstanceActivated m => m.Node == targetNode && m.Step == StepNames.ActivateInstance,
            CheckpointTaken m => m.Node == sourceNode && m.Step == StepNames.TakeCheckpoint,
            TransferCompleted m => m.Node == sourceNode && m.Step == StepNames.SendCheckpoint,
            PagesCollected m => m.Node == targetNode && m.Step == StepNames.CollectPages,
            PreCopied m => m.Node == sourceNode && m.Step == StepNames.PreCopy,
            InstanceFrozen m => m.Node == sourceNode && m.Step == StepNames.FreezeSource,
            InstanceThawed m => m.Node == sourceNode && m.Step == StepNames.ThawSource,
            SourceRevived m => m.Node == sourceNode && m.InstanceId == source && m.Step is StepNames.ReviveSource or StepNames.ConfirmRevival,
            InstanceStarted m => m.Node == targetNode && m.Step == StepNames.StartTarget,
            CheckpointDiscarded m => m.Node == sourceNode && m.Step == StepNames.DiscardCheckpoint,
            InstanceRemoved { Step: StepNames.RemoveSource } m => m.Node == sourceNode && m.InstanceId == source,
            InstanceRemoved { Step: StepNames.RemoveTarget } m => m.Node == targetNode && m.InstanceId == shadow,
            InstanceRemoved => false,
            StepFailed m => m.Step switch
            {
                StepNames.PreCopy or StepNames.TakeCheckpoint or StepNames.SendCheckpoint or StepNames.DiscardCheckpoint
                    or StepNames.FreezeSource or StepNames.ThawSource or StepNames.RemoveSource
                    or StepNames.ReviveSource or StepNames.ConfirmRevival => m.Node == sourceNode,
                StepNames.ReserveTarget or StepNames.RestoreShadow or StepNames.StartTarget or StepNames.ActivateInstance or StepNames.CollectPages
                    or StepNames.RemoveTarget => m.Node == targetNode,
                _ => m.Node == Names.Engine,
            },
            _ => true,
        };
    }
}
