using System.Globalization;
using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>Every failure the core can state: 01xx refused requests, 02xx failed steps, 03xx the handoff, 04xx cancels.</summary>
public static class Failures
{
    public static Failure UnreadableRequest(string why) => new(
        "MS2M-0101", $"The request cannot be read: {why}",
        "Send a JSON object with \"workload\" and \"targetNode\"; README.md has the schema.");

    public static Failure BadName(string field) => new(
        "MS2M-0102", $"The field \"{field}\" is not a valid name.",
        "Names are 1 to 63 characters of a to z, 0 to 9 and inner hyphens.");

    public static Failure UnknownWorkload(string workload) => new(
        "MS2M-0103", $"No node reports a running workload \"{workload}\".",
        "See `ms2m workloads` for what runs where.");

    public static Failure UnknownNode(string node) => new(
        "MS2M-0104", $"There is no node \"{node}\".", "See `ms2m nodes` for the nodes there are.");

    public static Failure NodeDown(string node, TimeSpan silence) => new(
        "MS2M-0105",
        string.Create(CultureInfo.InvariantCulture, $"The node \"{node}\" is down: no report for {silence.TotalSeconds:0} s."),
        "Start its node worker, or choose another node.");

    public static Failure AlreadyThere(string workload, string node) => new(
        "MS2M-0106", $"The workload \"{workload}\" runs on \"{node}\" already.", "Choose another target node.");

    public static Failure AlreadyMigrating(string workload, Guid by) => new(
        "MS2M-0107", $"The workload \"{workload}\" is being moved by migration {by}.",
        "Wait for that migration to end, or cancel it.");

    public static Failure UnknownStrategy(string strategy, IEnumerable<string> known) => new(
        "MS2M-0108", $"There is no strategy \"{strategy}\".", $"Use one of: {string.Join(", ", known)}.");

    public static Failure BadPolicy(string field, string allowed) => new(
        "MS2M-0109", $"The policy's \"{field}\" is out of range.", $"Allowed: {allowed}.");

    public static Failure SeveralActive(string workload) => new(
        "MS2M-0110", $"More than one active instance of \"{workload}\" is reported.",
        "Stop all but one; then ask again.");

    public static Failure BadPriority(int most) => new(
        "MS2M-0111", "The priority is out of range.", $"Allowed: {-most} to {most}.");

    public static Failure AlreadyStarting(string workload, string node) => new(
        "MS2M-0113", $"The workload \"{workload}\" is being started on \"{node}\".",
        "Wait a moment, or take it back with `ms2m stop`.");

    public static Failure NoWorker(string node) => new(
        "MS2M-0114", $"No worker listens for node \"{node}\".", "Start its node worker, or choose another node.");

    public static Failure NeedsQueue(string workload) => new(
        "MS2M-0115", $"The workload \"{workload}\" has no queue, so no copy can follow it and nothing can be compared.",
        "Move it with the strategy live, if it has an address of its own, or without its state with cold; see docs/strategies.md.");

    public static Failure IsUnique(string workload) => new(
        "MS2M-0116", $"The workload \"{workload}\" declares that there may never be two of it, and a shadow is a second one.",
        "Move it with the strategy sequential.");

    public static Failure OneNameOnePod(string workload, string pod) => new(
        "MS2M-0131", $"The workload \"{workload}\" is the pod {pod} of a StatefulSet, and its copy could have no other name.",
        "Move it with the strategy sequential.");

    public static Failure StartsAnewAnyway(string workload) => new(
        "MS2M-0132", $"The workload \"{workload}\" is the pod of a StatefulSet, which starts it anew by itself wherever there is room.",
        "Move it with its state, with the strategy sequential; or cordon its node and delete its pod.");

    public static Failure PodsLoseConnections(string workload) => new(
        "MS2M-0133", $"The workload \"{workload}\" is a pod: its address belongs to its node, so its open connections cannot move with it.",
        "Move it with the strategy shadow or sequential, if it consumes a queue by our rules; else with cold.");

    public static Failure NeedsAddress(string workload) => new(
        "MS2M-0117", $"The workload \"{workload}\" has no address of its own that could move with its connections.",
        "Run it with --address, or choose another strategy; see docs/strategies.md.");

    public static Failure NodeLacks(string node, string feature) => new(
        "MS2M-0118", $"The node \"{node}\" does not have the feature {feature}, which this move needs.",
        "See `ms2m nodes` for what it reports of the feature, or choose another node or strategy.");

    public static Failure KnowsUs(string workload) => new(
        "MS2M-0128", $"The workload \"{workload}\" consumes a queue as one instance among others, and live moves a process that knows nothing of that.",
        "Move it with the strategy shadow or sequential.");

    public static Failure QueueAndAddress(string workload) => new(
        "MS2M-0129", $"The workload \"{workload}\" has a queue and an address of its own, and no copy of it could reach the broker before it takes over.",
        "Run it without an address, or without a queue; or ask for the strategy cold.");

    public static Failure OnlyLivePostCopies { get; } = new(
        "MS2M-0119", "Only the strategy live moves with post-copy.", "Leave it out, or ask for live; see docs/strategies.md.");

    public static Failure PostCopyCarries(string nothing, string remedy) => new(
        "MS2M-0130", $"A move with post-copy carries {nothing}.", remedy);

    /// <summary>What a worker says when the source itself has no memory any more.</summary>
    public const string SourceMemoryGone = "MS2M-2410";

    /// <summary>What it says when the rest of the memory cannot come for another cause.</summary>
    public const string RestCannotCome = "MS2M-2411";

    /// <summary>Whether a worker says so. Whatever else fails says nothing of the memory.</summary>
    public static bool IsLossOfMemory(Failure said) => said.Code is SourceMemoryGone or RestCannotCome;

    /// <param name="cause">What the target's worker said.</param>
    /// <param name="kept">Whether the source is left as it is: its node has not said that it has exited.</param>
    public static Failure MemoryLost(string instance, string target, string source, Failure cause, bool kept) => new(
        "MS2M-0307", $"The memory of \"{instance}\" was lost before its last page had come from \"{source}\" to \"{target}\": {cause.Message} It was killed, so that it never read zeros instead.",
        kept ? $"What \"{source}\" has of the source is kept: unless it has ended it stands still as it was before it moved. Look at it, and remove it with `ms2m stop`."
            : "Start the workload anew, from what it keeps elsewhere; see docs/strategies.md, post-copy.");

    public static Failure NothingKeepsIt(string workload) => new(
        "MS2M-0120", $"Nothing that is declared of the workload \"{workload}\" says how its state could be kept.",
        "Give it a queue or an address of its own, declare it stateless, or ask for the strategy cold; see docs/strategies.md.");

    public static Failure BadTransfer(string field, string allowed) => new(
        "MS2M-0121", $"The transfer's \"{field}\" is out of range.", $"Allowed: {allowed}.");

    public static Failure ImageMissing(string image, string node) => new(
        "MS2M-0122", $"The image \"{image}\" is not on \"{node}\".", "Bring it there, for example with `podman pull` or `podman load` on the node.");

    public static Failure TooLittle(string what, string node, long needed, long free) => new(
        "MS2M-0123",
        string.Create(CultureInfo.InvariantCulture, $"Too little {what} on \"{node}\": {needed / 1e6:0} MB needed, {free / 1e6:0} MB free."),
        "Free some, or choose another node.");

    public static Failure CannotBeHeld(Obstacle first, int more) => new(
        "MS2M-0124",
        string.Create(CultureInfo.InvariantCulture, $"A checkpoint cannot hold {first.What}: {first.Why}{(more > 0 ? $" And {more} more." : "")}"),
        "Let the workload close it first, or ask for the strategy cold, which carries no state.");

    public static Failure PortTaken(int port, string node) => new(
        "MS2M-0125", string.Create(CultureInfo.InvariantCulture, $"The workload listens on port {port}, which is taken on \"{node}\"."),
        "Stop who has it, give the workload an address of its own, or choose another node.");

    public static Failure CriuOlder(Version source, Version target, string node) => new(
        "MS2M-0126", $"CRIU {target} on \"{node}\" is older than the source's {source} and may not read its checkpoints.",
        "Bring the target's CRIU to the source's version.");

    public static Failure RuntimesDiffer(string source, string target, string node) => new(
        "MS2M-0134", $"\"{node}\" runs containers with {target}, the source with {source}: neither restores the other's checkpoints.",
        $"Choose a node with {source}, or ask for the strategy cold, which carries no state.");

    public static Failure CpuLacks(int features, string node) => new(
        "MS2M-0127",
        string.Create(CultureInfo.InvariantCulture, $"The processor of \"{node}\" lacks {features} feature(s) that the source's has."),
        "Choose a node with the same or a newer processor: a program remembers what it found at its start.");

    public static Failure WaitedTooLong { get; } = new(
        "MS2M-0112", "The migration's turn did not come in time; nothing was touched.",
        "See `ms2m migrations` for what runs; raise MS2M_MAX_QUEUE_SECONDS or the limits, or ask again later.");

    public static Failure StepOverdue(string step, int attempts) => new(
        "MS2M-0201", $"The step \"{step}\" did not end in time, after {attempts} attempt(s).",
        "See the log of whoever had the step: `ms2m events` names the node.");

    public static Failure InstanceSilent(string instance, string step, int attempts) => new(
        "MS2M-0202", $"The instance \"{instance}\" does not answer: \"{step}\" did not end in time, after {attempts} attempt(s).",
        "Its process may be stopped, or its handler does not return; `ms2m workloads` shows whether it answers now.");

    public static Failure HandoffDiffers(JournalClosed source, ReplayCaughtUp shadow) => new(
        "MS2M-0301",
        $"Source and shadow differ: position {source.LastOrdinal} and {shadow.LastOrdinal}, " +
        $"chain {Short(source.ChainDigest)} and {Short(shadow.ChainDigest)}, " +
        $"state {Short(source.StateDigest)} and {Short(shadow.StateDigest)}.",
        "The workload's handler may use something from outside its messages; see docs/writing-a-workload.md.");

    public static Failure Overloaded(long lag, double predictedMs) => new(
        "MS2M-0302",
        string.Create(CultureInfo.InvariantCulture,
            $"The lag of {lag} messages does not shrink; draining it would interrupt the workload for {predictedMs:0} ms."),
        "Lower the message rate, allow a longer interruption, or let the policy cut over.");

    public static Failure NotVerified { get; } = new(
        "MS2M-0303", "The handoff's last words are not both there, so nothing is proven.",
        "Start the migration anew; if it happens again, report it with `ms2m events`.");

    public static Failure SourceDied(string instance, string node, int? exitCode) => new(
        "MS2M-0304",
        string.Create(CultureInfo.InvariantCulture,
            $"The source \"{instance}\" on \"{node}\" has exited{(exitCode is { } code ? $" with code {code}" : "")}."),
        "Look into the workload's log on its node; what it had not acknowledged is in its queue.");

    public static Failure SourceSilent(string instance) => new(
        "MS2M-0305", $"The source \"{instance}\" did not answer the cutover; its access to the broker is revoked.",
        "Look into the workload's log on its node before you remove it.");

    public static Failure ShadowDied(string instance, string node, int? exitCode) => new(
        "MS2M-0306",
        string.Create(CultureInfo.InvariantCulture,
            $"The shadow \"{instance}\" on \"{node}\" has exited{(exitCode is { } code ? $" with code {code}" : "")}."),
        "Look into the node's log; the memory limit or a missing feature may be the cause.");

    /// <summary>Why the copy could not be used, and where it is.</summary>
    public static Failure LastCopyKept(Failure why, string instance, string node) => why with
    {
        Message = $"{why.Message} The source is gone or does not come back, so \"{instance}\" on \"{node}\" is kept: it may be the last copy of the state.",
    };

    public static Failure CheckpointKept(string instance, string node) => new(
        "MS2M-0308", $"The pod of \"{instance}\" had given its name away and could not be restored: its state is in the checkpoint that the worker of \"{node}\" keeps, and nowhere else.",
        "See that worker's log for why; docs/kubernetes.md, \"When it does not work\", tells what to do with the checkpoint.");

    public static Failure Cancelled(string? by) => new(
        "MS2M-0401", by is null ? "The migration was cancelled." : $"The migration was cancelled by {by}.", "Nothing to do.");

    public static Failure CancelTooLate { get; } = new(
        "MS2M-0402", "The shadow is promoted already; there is no way back.", "Move the workload back with a new migration.");

    public static Failure CancelRepeated { get; } = new(
        "MS2M-0403", "The migration is being rolled back already.", "Wait for it to end.");

    public static Failure CancelFinished(Phase outcome) => new(
        "MS2M-0404", $"The migration has ended as {outcome}.", "Nothing to do.");

    public static Failure CancelFailingOver { get; } = new(
        "MS2M-0405", "The source is lost and the shadow is about to take over; undoing would lose the state.",
        "Wait for the migration to end.");

    private static string Short(string? digest) => digest is null ? "none" : digest.Length <= 12 ? digest : digest[..12];
}
