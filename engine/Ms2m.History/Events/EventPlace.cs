using System.Globalization;
using Ms2m.Contracts;
using Ms2m.Migrations;

namespace Ms2m.History.Events;

/// <summary>Which node and which step an event is about.</summary>
public static class EventPlace
{
    /// <param name="facts">What is known of the migration; absent before its first event.</param>
    /// <returns>Null for the engine's own decisions.</returns>
    public static string? NodeOf(IMigrationMessage @event, Facts? facts) => @event switch
    {
        StepFailed { Node: Names.Engine } => null,
        StepFailed one => one.Node,
        TargetReserved one => one.Node,
        CheckpointTaken one => one.Node,
        TransferCompleted one => one.Node,
        ShadowReady one => one.Node,
        InstanceActivated one => one.Node,
        InstanceRemoved one => one.Node,
        CheckpointDiscarded one => one.Node,
        PreCopied one => one.Node,
        PagesCollected one => one.Node,
        InstanceFrozen one => one.Node,
        InstanceThawed one => one.Node,
        InstanceStarted one => one.Node,
        SourceRevived one => one.Node,
        InstanceExited one => one.Node,
        SourcePrepared one => NodeOf(one.InstanceId, facts),
        FenceReached one => NodeOf(one.InstanceId, facts),
        JournalClosed one => NodeOf(one.InstanceId, facts),
        SourceResumed one => NodeOf(one.InstanceId, facts),
        ShadowAttached one => NodeOf(one.InstanceId, facts),
        ReplayProgressed one => NodeOf(one.InstanceId, facts),
        ReplayCaughtUp one => NodeOf(one.InstanceId, facts),
        ShadowPromoted one => NodeOf(one.InstanceId, facts),
        HandoffBroken one => NodeOf(one.InstanceId, facts),
        _ => null,
    };

    /// <returns>Null for an event that is about no single step.</returns>
    public static (string Step, int Attempt)? StepOf(IMigrationMessage @event) => @event switch
    {
        IStepMessage one => (one.Step, one.Attempt),
        ShadowAttached => (StepNames.AttachShadow, 1),
        ReplayProgressed or CutoverDecided => (StepNames.FollowReplay, 1),
        _ => null,
    };

    /// <summary>What the headers of an event say of its place.</summary>
    /// <param name="before">The state before it.</param>
    public static Dictionary<string, string> HeadersOf(IMigrationMessage @event, MigrationState before)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (NodeOf(@event, Migration.FactsOf(before)) is { } node)
        {
            headers[EventHeaders.Node] = node;
        }

        if (StepOf(@event) is var (step, attempt))
        {
            headers[EventHeaders.Step] = step;
            headers[EventHeaders.Attempt] = attempt.ToString(CultureInfo.InvariantCulture);
        }

        return headers;
    }

    private static string? NodeOf(string instance, Facts? facts) =>
        facts is null ? null
        : instance == facts.Request.SourceInstance ? facts.Request.SourceNode
        : instance == facts.ShadowInstance ? facts.Request.TargetNode
        : null;
}
