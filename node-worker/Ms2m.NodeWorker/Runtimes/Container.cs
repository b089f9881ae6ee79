using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Runtimes;

/// <summary>A container to be.</summary>
/// <param name="Name">The instance id.</param>
/// <param name="InstanceFolder">Folder of the node that the container sees as /ms2m.</param>
public sealed record ContainerRequest(string Name, WorkloadSpec Spec, string InstanceFolder)
{
    /// <summary>For a restore: the open connections of the memory are restored with it, not closed, and the container
    /// stands still from its first instruction until it is thawed.</summary>
    public bool KeepsConnections { get; init; }

    /// <summary>For a preparation: where the source runs; null when that is not known.</summary>
    public string? SourceNode { get; init; }

    /// <summary>For a run: where containers are made by others, as pods are by their owners, one is made here all the
    /// same.</summary>
    public bool MayBeMade { get; init; }

    /// <summary>For a restore: folder of the daemon that brings the rest of the memory; null where all of it is there.</summary>
    public string? Pages { get; init; }
}

/// <summary>A checkpoint to be made.</summary>
/// <param name="Name">Of the container.</param>
/// <param name="Folder">Empty, private.</param>
/// <param name="Accepts">What the target can restore from.</param>
public sealed record DumpRequest(string Name, string Folder, CheckpointWay Accepts)
{
    /// <summary>The container stands still afterwards, cut off from a network of its own; before the dump begins it is.
    /// What comes in later would be acknowledged by a memory that is already taken.</summary>
    public bool StaysFrozen { get; init; }

    /// <summary>The memory is to be restored with its open connections.</summary>
    public bool KeepsConnections { get; init; }

    /// <summary>Memory that can follow later is left out. Only of a container that stays frozen.</summary>
    public bool PostCopy { get; init; }

    /// <summary>When set, volumes are not taken, because this takes them: called when the container stands still, which it
    /// does until both this and the dump have ended, whether or not it stays so.</summary>
    public Func<CancellationToken, Task<Trouble?>>? WhileFrozen { get; init; }

    /// <summary>What was written of its memory before, and is left out now: the checkpoint is in pieces then. Only a help:
    /// what does not fit is not used.</summary>
    public PreDump? Parent { get; init; }

    /// <summary>When set, all of it in one archive of that name and in the runtime's own form, which other nodes' runtimes
    /// restore by themselves.</summary>
    public string? OneFile { get; init; }
}

/// <summary>A container that exists.</summary>
/// <param name="Spec">What it runs; null when it is no workload's.</param>
/// <param name="State">The runtime's word: running, exited, created, …; or <see cref="Frozen"/>.</param>
/// <param name="Pid">Of its first process as the node sees it; 0 when it does not run.</param>
/// <param name="ExitCode">Of its first process, when it has ended.</param>
/// <param name="Pod">The pod that it is one of; null or empty when it stands alone.</param>
public sealed record Container(string Id, string Name, WorkloadSpec? Spec, string State, int Pid, int ExitCode = 0, string? Pod = null)
{
    public const string Frozen = "frozen";

    public bool IsRunning => State == "running";

    /// <summary>Its processes live and stand still.</summary>
    public bool IsFrozen => State == Frozen;

    /// <summary>It is being removed, and runs on at most for its last moments.</summary>
    public bool IsGoing { get; init; }

    /// <summary>Runs or stands still, and is to stay.</summary>
    public bool Stays => (IsRunning || IsFrozen) && !IsGoing;

    /// <summary>Its processes have ended, or never ran; it is not on its way to anything else.</summary>
    public bool HasEnded => State is "exited" or "stopped" or "dead";
}

/// <summary>Files that a container keeps beside its image.</summary>
/// <param name="Destination">Where the container sees them.</param>
/// <param name="Folder">Where they are.</param>
public sealed record MountedVolume(string Destination, string Folder);

/// <summary>What a finished checkpoint consists of.</summary>
/// <param name="FrozenMs">How long the processes stood still; absent when unknown.</param>
public sealed record Dump(CheckpointWay Way, double? FrozenMs)
{
    /// <summary>What was exported; absent where the checkpoint is in the runtime's files and not in an export of it.</summary>
    public ExportedContainer? Export { get; init; }

    /// <summary>Files that are not in the checkpoint's folder as they are meant to be, by their names: what they consist of, in
    /// order. Absent when all are.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<FilePiece>>? Pieces { get; init; }
}

/// <summary>A stretch of a file.</summary>
public sealed record FilePiece(string Path, long Offset, long Length);

/// <summary>Memory of a container that was written while it ran.</summary>
/// <param name="Folder">Where it lies.</param>
/// <param name="Id">The container's.</param>
/// <param name="Pid">Of its first process: another one's memory is another.</param>
/// <param name="FrozenMs">How long the processes stood still for it; absent when unknown.</param>
public sealed record PreDump(string Folder, string Id, int Pid, double? FrozenMs);

/// <summary>The two forms in which a checkpoint travels.</summary>
public enum CheckpointWay
{
    /// <summary>CRIU's image files as they are: fast. Only memory; the container's files must be its image's.</summary>
    Images,

    /// <summary>The runtime's own export in one file: slower, but it carries everything.</summary>
    Archive,
}
