using System.Text.Json;
using System.Text.Json.Nodes;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.Engine.Kubernetes.Operating;

/// <summary>An object's status, from the log alone: the same log gives the same status, so it is written only when
/// something has happened.</summary>
internal static class StatusProjection
{
    public const string Accepted = "Accepted";
    public const string Progressing = "Progressing";
    public const string Completed = "Completed";

    /// <param name="deployment">The Deployment that its pod belongs to, if it does.</param>
    public static StatefulMigrationStatus Of(StatefulMigration asked, MigrationLook look, string? deployment)
    {
        var view = look.View;
        return new()
        {
            Phase = view.Phase.ToString(),
            ObservedGeneration = asked.Metadata.Generation,
            MigrationId = view.MigrationId.ToString(),
            PhaseTimings = TimingsOf(view),
            DeploymentName = deployment,
            PreDumpCount = look.PreDumps > 0 ? look.PreDumps : null,
            Conditions = [AcceptedOf(look), ProgressingOf(look), CompletedOf(view)],
        };
    }

    /// <summary>Nothing has begun: it waits for something, or its request is on its way.</summary>
    public static StatefulMigrationStatus Before(StatefulMigration asked, Guid? id, Failure? waitsFor)
    {
        var since = Second(asked.Metadata.CreationTimestamp ?? DateTimeOffset.UnixEpoch);
        var (reason, message) = waitsFor is { } why ? (ReasonOf(why), Sentence(why)) : ("Asked", "The request is on its way to the log.");
        return new()
        {
            Phase = nameof(Phase.Pending),
            ObservedGeneration = asked.Metadata.Generation,
            MigrationId = id?.ToString(),
            Conditions =
            [
                new() { Type = Accepted, Status = "Unknown", Reason = reason, Message = message, LastTransitionTime = since },
                new() { Type = Progressing, Status = "False", Reason = reason, Message = message, LastTransitionTime = since },
                new() { Type = Completed, Status = "Unknown", Reason = reason, Message = message, LastTransitionTime = since },
            ],
        };
    }

    public static bool Same(StatefulMigrationStatus? one, StatefulMigrationStatus other) => one is not null
        && JsonNode.DeepEquals(
            JsonSerializer.SerializeToNode(one, KubernetesJson.Default.StatefulMigrationStatus),
            JsonSerializer.SerializeToNode(other, KubernetesJson.Default.StatefulMigrationStatus));

    /// <summary>A condition's reason is one word without hyphens.</summary>
    public static string ReasonOf(Failure why) => why.Code.Length == 0 ? "Unknown" : why.Code.Replace("-", "", StringComparison.Ordinal);

    public static string Sentence(Failure why) => $"{why.Message} {why.Remedy}".Trim();

    // The newest phase lasts still, and would change with every look.
    private static SortedDictionary<string, long>? TimingsOf(MigrationView view)
    {
        var over = view.Finished ? view.Phases : view.Phases.Take(Math.Max(0, view.Phases.Count - 1));
        var timings = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var phase in over)
        {
            var name = phase.Name.ToString();
            timings[name] = timings.GetValueOrDefault(name) + (long)Math.Round(phase.Ms);
        }

        return timings.Count == 0 ? null : timings;
    }

    private static Condition AcceptedOf(MigrationLook look)
    {
        var view = look.View;
        var rejected = view.Phase == Phase.Rejected;
        return new()
        {
            Type = Accepted,
            Status = rejected ? "False" : "True",
            Reason = rejected && view.Reason is { } why ? ReasonOf(why) : rejected ? "Rejected" : "Accepted",
            Message = rejected && view.Reason is { } because ? Sentence(because) : BegunAs(look),
            LastTransitionTime = Second(rejected ? view.FinishedAt ?? view.RequestedAt : view.RequestedAt),
        };
    }

    private static string BegunAs(MigrationLook look)
    {
        var view = look.View;
        var warnings = string.Concat(look.Verdicts.Where(one => one.Level == VerdictLevel.Warning).Select(one => $" Warning: {one.Message}"));
        var registry = view.Transfer == TransferMode.Registry
            ? " The registry is the one that the workers are configured with, whatever checkpointImageRepository says."
            : "";
        return $"\"{view.Workload}\" moves from {view.SourceNode} to {view.TargetNode} by {view.Strategy}, transfer "
            + $"{(view.Transfer ?? TransferMode.Direct).ToString().ToLowerInvariant()}{(view.StrategyReason is { } reason ? $": {reason}" : "")}.{registry}{warnings}";
    }

    private static Condition ProgressingOf(MigrationLook look)
    {
        var view = look.View;
        var waits = look.State is MigrationState.Queued;
        return new()
        {
            Type = Progressing,
            Status = view.Finished || waits ? "False" : "True",
            Reason = waits ? "Queued" : view.Phase.ToString(),
            Message = view.Finished ? "It has ended."
                : waits ? "It waits for its turn: its nodes or the cluster move as many workloads as they may."
                : view.Reason is { } why ? Sentence(why) : "It is under way.",
            LastTransitionTime = Second(
                view.FinishedAt ?? (view.WaitedMs is { } waited && !waits ? view.RequestedAt.AddMilliseconds(waited) : view.RequestedAt)),
        };
    }

    private static Condition CompletedOf(MigrationView view) => new()
    {
        Type = Completed,
        Status = !view.Finished ? "Unknown" : view.Phase == Phase.Completed ? "True" : "False",
        Reason = view switch
        {
            { Finished: false } => "InProgress",
            { Phase: Phase.Completed } => view.FailedOver ? "FailedOver" : "Completed",
            { Reason: { } why } => ReasonOf(why),
            _ => view.Phase.ToString(),
        },
        Message = (view switch
        {
            { Finished: false } => "It has not ended yet.",
            { Phase: Phase.Completed, FailedOver: true, Reason: { } why } => $"The copy took over from a source that was lost. {Sentence(why)}",
            { Phase: Phase.Completed } => $"\"{view.Workload}\" runs on {view.TargetNode}{(view.Verified ? ", proven to be the same" : "")}.",
            { Reason: { } why } => Sentence(why),
            _ => $"It ended as {view.Phase}.",
        }) + (view.Leftovers.Count == 0 ? "" : $" Left behind: {string.Join(", ", view.Leftovers)}."),
        LastTransitionTime = Second(view.FinishedAt ?? view.RequestedAt),
    };

    // As the API writes times.
    private static DateTimeOffset Second(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
