using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>Whose word each message is, so that it can be compared with the broker's.</summary>
public static class Senders
{
    public const string Node = "node";

    public const string Instance = "instanceId";

    private static readonly Dictionary<string, string> _fields = new[]
    {
        (Node, new[]
        {
            typeof(TargetReserved), typeof(CheckpointTaken), typeof(TransferCompleted), typeof(ShadowReady),
            typeof(InstanceActivated), typeof(InstanceRemoved), typeof(CheckpointDiscarded), typeof(StepFailed),
            typeof(PreCopied), typeof(PagesCollected), typeof(InstanceFrozen), typeof(InstanceThawed), typeof(InstanceStarted), typeof(SourceRevived),
            typeof(InstanceExited), typeof(NodeReported), typeof(NodeCommandRefused), typeof(WorkloadFound),
        }),
        (Instance,
        [
            typeof(SourcePrepared), typeof(FenceReached), typeof(ShadowAttached), typeof(ReplayProgressed),
            typeof(JournalClosed), typeof(ReplayCaughtUp), typeof(HandoffBroken), typeof(ShadowPromoted),
            typeof(SourceResumed),
        ]),
    }.SelectMany(kind => kind.Item2.Select(type => (Headers.Urn(type), kind.Item1)))
        .ToDictionary(StringComparer.Ordinal);

    private static readonly HashSet<string> _interfaces =
        new[] { typeof(IMigrationMessage), typeof(IStepMessage) }.Select(Headers.Urn).ToHashSet(StringComparer.Ordinal);

    /// <summary>The field that names who says it; null when no worker and no instance says it.</summary>
    public static string? FieldFor(string urn) => _fields.GetValueOrDefault(urn);

    /// <summary>Whether it is a message of ours that only engines send: a timer, a request, an answer of the broker's own
    /// tasks. The interfaces that a sender may name besides are nobody's.</summary>
    public static bool IsTheEngines(string urn) => !_fields.ContainsKey(urn) && !_interfaces.Contains(urn);

    /// <summary>The broker user of the one that a field names.</summary>
    public static string UserFor(string field, string name) =>
        field == Node ? Names.NodeUser(name) : Names.InstanceUser(name);
}
