using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>Who has a say in one migration. That a sender is who it says it is has been checked before
/// (<see cref="Senders"/>); a worker or an instance that has no part in this migration is not listened to.</summary>
internal static class Parties
{
    public static bool MaySay(Facts facts, IMigrationMessage message)
    {
        var request = facts.Request;
        return message switch
        {
            SourcePrepared { InstanceId: var id } => id == request.SourceInstance,
            FenceReached { InstanceId: var id } => id == request.SourceInstance,
            JournalClosed { InstanceId: var id } => id == request.SourceInstance,
            SourceResumed { InstanceId: var id } => id == request.SourceInstance,
            ShadowAttached { InstanceId: var id } => id == facts.ShadowInstance,
            ReplayProgressed { InstanceId: var id } => id == facts.ShadowInstance,
            ReplayCaughtUp { InstanceId: var id } => id == facts.ShadowInstance,
            ShadowPromoted { InstanceId: var id } => id == facts.ShadowInstance,
            HandoffBroken { InstanceId: var id } => id == facts.ShadowInstance || id == request.SourceInstance,
            InstanceExited { InstanceId: var id, Node: var node } => IsAt(id, node),
            TargetReserved { Node: var node } => node == request.TargetNode,
            ShadowReady { Node: var node } => node == request.TargetNode,
            InstanceActivated { Node: var node } => node == request.TargetNode,
            CheckpointTaken { Node: var node } => node == request.SourceNode,
            StepFailed { Node: var node } => node == Names.Engine || IsNode(node),
            TransferCompleted { Node: var node } => node == request.SourceNode,
            InstanceRemoved { InstanceId: var id, Node: var node } => IsAt(id, node),
            CheckpointDiscarded { Node: var node } => IsNode(node),
            _ => true,
        };

        bool IsAt(string id, string node) =>
            (id == request.SourceInstance && node == request.SourceNode)
            || (id == facts.ShadowInstance && node == request.TargetNode);

        bool IsNode(string node) => node == request.SourceNode || node == request.TargetNode;
    }
}
