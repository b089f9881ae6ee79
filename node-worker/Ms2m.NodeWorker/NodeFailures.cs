using System.Globalization;
using Ms2m.Contracts;

namespace Ms2m.NodeWorker;

/// <summary>Everything a node worker may say when a step does not work: one code, one sentence, one remedy each.</summary>
public static partial class NodeFailures
{
    public static Trouble WorkerRestarted(string step) => Again(
        "MS2M-2001", $"The node worker was restarted while it worked on '{step}'.", "Try again.");

    public static Trouble Superseded(string step) => Again(
        "MS2M-2002", $"The attempt at '{step}' was given up for a newer command.", "Nothing: a newer command is at work.");

    /// <summary>Of what nobody waits for any more, and what may go on all the same.</summary>
    public const string TookTooLongCode = "MS2M-2003";

    public static Trouble TookTooLong(string what, TimeSpan limit) => Again(
        TookTooLongCode, $"{what} took longer than {Seconds(limit)}.", "See the node worker's log; is the node overloaded?");

    public static Trouble Unexpected(string step, Exception cause) => Again(
        "MS2M-2004", $"A defect stopped '{step}': {cause.GetType().Name}: {cause.Message}",
        "See the node worker's log and report it.");

    public static Trouble BadName(string what, string? name) => Never(
        "MS2M-2005", $"'{Shown(name)}' is no name for {what}.", "Names are a to z, 0 to 9 and inner hyphens, 63 at most.");

    public static Trouble Incomplete(string field) => Never(
        "MS2M-2006", $"The command's field '{field}' is missing or cannot be used.",
        "Are engine and node worker of the same version? docs/wire-protocol.md describes the commands.");

    public static Trouble PodmanSilent(string socket, string cause) => Again(
        "MS2M-2101", $"podman does not answer on {socket}: {cause}",
        "Start its API service: podman system service --time=0.");

    public static Trouble PodmanRefused(string what, int status, string cause) => Again(
        "MS2M-2102", $"podman could not {what} ({status}): {cause}", "See the node worker's log and podman's.");

    public static Trouble NoSuchInstance(string instance) => Never(
        "MS2M-2103", $"There is no container '{instance}' on this node.", "Look where the workload runs: ms2m nodes.");

    public static Trouble NotRunning(string instance, string state) => Never(
        "MS2M-2104", $"The container '{instance}' is {state}, not running.", "Start the workload again: ms2m run.");

    public static Trouble NoSuchImage(string image) => Never(
        "MS2M-2105", $"The image '{image}' is not on this node.", $"Bring it there: podman pull {image}.");

    public static Trouble NameTaken(string instance) => Never(
        "MS2M-2106", $"A container named '{instance}' exists on this node and is not the migration's.",
        $"Remove it if it is not needed: podman rm --force {instance}.");

    public static Trouble WorkloadHere(string workload, string instance) => Never(
        "MS2M-2107", $"This node already hosts '{instance}' of the workload '{workload}'.",
        "Choose another node, or stop that instance.");

    public static Trouble StoppedBefore(string instance) => Never(
        "MS2M-2109", $"'{instance}' was stopped before it was started.", "Nothing to do.");

    public static Trouble EndedAtOnce(string instance) => Never(
        "MS2M-2108", $"The program of '{instance}' ended as soon as it was started.",
        $"See what it said: podman logs {instance}.");

    public static Trouble DumpFailed(string instance, string cause) => Again(
        "MS2M-2201", $"The checkpoint of '{instance}' failed: {cause}",
        "See the node worker's log; criu check tells what the node lacks.");

    public static Trouble NoPreDump(string instance, string cause) => Never(
        "MS2M-2204", $"There is no pre-dump of '{instance}': {cause}", "Its checkpoint is written as a whole.");

    public static Trouble TransferRefused(string cause) => Never(
        "MS2M-2301", $"The target refused the checkpoint: {cause}", "Start the migration anew.");

    public static Trouble TransferBroke(string cause) => Again(
        "MS2M-2302", $"The checkpoint did not reach the target: {cause}",
        "Check the network between the nodes, and in the target worker's log whether it refused this node's certificate.");

    public static Trouble TooLarge(long limit) => Never(
        "MS2M-2303", $"The checkpoint is larger than the {Megabytes(limit)} the migration allows.",
        "The workload has grown meanwhile; start the migration anew.");

    public static Trouble DigestDiffers() => Again(
        "MS2M-2304", "The checkpoint that arrived is not the one that was sent: the digests differ.", "Try again.");

    public static Trouble TargetNotProven(string node, string cause) => Never(
        "MS2M-2305", $"Who answers at the target's address has not proven to be {node}: {cause}",
        "Give both nodes certificates of the same authority: deploy/certificates, docs/transfer.md.");

    public static Trouble NotTheSource(string node) => Never(
        "MS2M-2306", $"The sender's certificate is not that of {node}, from which the reservation expects a checkpoint.",
        "See who sends, in the target worker's log; give the source a certificate of its own name.");

    public static Trouble OwnCertificateUnfit(string cause) => Never(
        "MS2M-2307", $"This node has no certificate that its peers would accept: {cause}.",
        "Make it anew: deploy/certificates. The worker takes it without a restart.");

    public static Trouble ArchiveRefused(string archive, string cause) => Never(
        "MS2M-2308", $"The checkpoint's {archive} is refused: {cause}.",
        "Nothing was unpacked. Look at what the workload keeps in its files; a node that makes such archives is suspect.");

    public static Trouble BaseGone() => Again(
        "MS2M-2309", "The target no longer has the memory from which the checkpoint leaves out what it has.",
        "Nothing: the checkpoint is sent as a whole.");

    public static Trouble NoRegistry(string node) => Never(
        "MS2M-2310", $"{node} has no registry through which a checkpoint could travel.",
        "Set MS2M_REGISTRY for the workers of both nodes, or choose another transfer.");

    public static Trouble RegistrySilent(Uri registry, string cause) => Again(
        "MS2M-2311", $"The registry {registry} does not answer: {cause}",
        "Does it run, and is its certificate of an authority that the worker knows (MS2M_REGISTRY_CA)?");

    public static Trouble RegistryRefused(Uri registry, string what, string cause) => Again(
        "MS2M-2312", $"The registry {registry} would not {what}: {cause}.",
        "Look at its log; may the worker's user push, pull and delete?");

    public static Trouble KeepsTooShortly(int seconds) => Never(
        "MS2M-2316", $"The standby node keeps memory of workloads for {seconds} s at most, and is to be sent it less often than that.",
        "Ask for it more often, or give the node's worker a larger MS2M_BASE_SECONDS.");

    public static Trouble GaveWay() => Again(
        "MS2M-2317", "Sending memory in advance gave way to a migration.", "Nothing: it is tried again later.");

    public static Trouble RestoreFailed(string instance, string cause) => Again(
        "MS2M-2401", $"The checkpoint could not be restored as '{instance}': {cause}",
        "See the node worker's log; do both nodes have the same image, processor kind and CRIU?");

    public static Trouble CheckpointDamaged() => Never(
        "MS2M-2405", "The checkpoint has changed on the target since it arrived: what was restored of it is removed.",
        "Try again with a new migration; if it comes again, look for a failing disk or memory of the node.");

    public static Trouble VolumeRefused(string place, string cause) => Never(
        "MS2M-2313", $"The volume at {place} may not move: {cause}.",
        "Remove from it what cannot travel: only files, folders and links may, without rights that the image did not give.");

    public static Trouble VolumeNotSent(string place, string cause) => Again(
        "MS2M-2314", $"The volume at {place} did not reach the target: {cause}",
        "See the target worker's log, and look at the room on its disk and the network between the nodes.");

    public static Trouble VolumeDiffers(string place) => Never(
        "MS2M-2315", $"The volume at {place} is not on the target what it was on the source: the digests differ.",
        "Nothing was restored. Try again with a new migration; if it comes again, look for a failing disk.");

    public static Trouble NoCheckpoint() => Never(
        "MS2M-2402", "There is no checkpoint of this migration with that digest on this node.",
        "Start the migration anew: the worker may have been restarted.");

    public static Trouble NotReserved() => Never(
        "MS2M-2403", "This node holds no reservation for the migration.", "Start the migration anew.");

    public static Trouble NotTheInstance(string instance, string? found) => Never(
        "MS2M-2404", $"The instance file names '{found ?? "nobody"}', not '{instance}'.",
        "Somebody else has changed the node; look at its workload folder.");

    public static Trouble MoreThanMemory(string instance, string reason) => Never(
        "MS2M-2203", $"'{instance}' is more than its memory: {reason}. With post-copy nothing else is carried.",
        "Move it without post-copy.");

    public static Trouble NoPageDaemon(string cause) => Never(
        "MS2M-2409", $"CRIU's daemon for memory that comes later does not work here: {cause}",
        "criu check --feature uffd-noncoop tells whether the node can; else move it without post-copy.");

    /// <summary>The engine knows the code.</summary>
    public static Trouble SourceMemoryGone(string node) => Never(
        "MS2M-2410", $"The source on {node} has ended, and its memory with it.", "Look there for why it ended.");

    public static Trouble PagesLost(string cause) => Never(
        "MS2M-2411", $"The rest of the memory cannot come any more: {cause}.", "See the workers' logs on both nodes.");

    public static Trouble NoRoom(string where, long needed, long free) => Never(
        "MS2M-2501", $"{where} needs {Megabytes(needed)} and has {Megabytes(free)}.",
        "Free memory on the node or choose another one.");

    public static Trouble CheckpointsOnDisk(string folder, string format) => Never(
        "MS2M-2503", $"The folder for checkpoints, {folder}, lies on {format}, not in memory.",
        $"Mount a file system in memory there: mount -t tmpfs -o mode=700,nosuid,nodev,noswap,size=2g tmpfs {folder}");

    public static Trouble FeatureMissing(string feature, string detail) => Never(
        "MS2M-2502", $"The node cannot take part in a migration: {feature}: {detail}",
        "`ms2m nodes` shows what each node lacks; deploy/images/node.Dockerfile shows a node that lacks nothing.");

    public static Trouble NoWorkloadBridge() => Never(
        "MS2M-2601", "This node has no bridge on which a workload could have an address of its own.",
        "Put the node's address on a bridge and name that in MS2M_WORKLOAD_BRIDGE: docs/operations.md.");

    public static Trouble AddressTaken(string address, string by) => Never(
        "MS2M-2602", $"The address {address} is taken: {by}.", "Give the workload another address, or take this one from whoever has it.");

    public static Trouble NetworkFailed(string what, string cause) => Again(
        "MS2M-2603", $"The node could not {what}: {cause}", "See the node worker's log; it needs root and the program ip.");

    public static Trouble FreezeFailed(string instance, string cause) => Again(
        "MS2M-2202", $"'{instance}' could not be stopped or let run: {cause}",
        "See the node worker's log; the node needs the second version of control groups.");

    private static Trouble Again(string code, string message, string remedy) =>
        new(new Failure(code, message, remedy), Retryable: true);

    private static Trouble Never(string code, string message, string remedy) =>
        new(new Failure(code, message, remedy), Retryable: false);

    /// <summary>What a stranger may have written: short, and on one line.</summary>
    private static string? Shown(string? text) =>
        text is null ? null : new([.. text.Take(80).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");

    private static string Megabytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000_000.0:0.#} MB");
}
