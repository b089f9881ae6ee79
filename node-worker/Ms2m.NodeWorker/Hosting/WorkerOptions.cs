using Ms2m.Contracts;
using Ms2m.NodeWorker.Transfer.Registry;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>What a worker needs to know, all of it from the environment; where a secret NAME is not set, NAME_FILE may
/// name a file that holds it.</summary>
public sealed record WorkerOptions
{
    /// <summary>MS2M_NODE: this node's name, a DNS label.</summary>
    public required string Node { get; init; }

    /// <summary>MS2M_BROKER_URI: <c>amqp://user:password@host:port/vhost</c>. A secret.</summary>
    public required Uri BrokerUri { get; init; }

    /// <summary>MS2M_WORKLOAD_BROKER_URI: where instances are told to connect, each with a user of its own; the worker's
    /// own address when absent.</summary>
    public required Uri WorkloadBrokerUri { get; init; }

    /// <summary>MS2M_NODE_KEY: what this node's broker passwords are derived from. A secret. Empty where containers are pods':
    /// there each workload has a key.</summary>
    public required string NodeKey { get; init; }

    /// <summary>MS2M_WORKER_LISTEN: <c>https://ip:port</c> on which checkpoints arrive.</summary>
    public required Uri Listen { get; init; }

    /// <summary>MS2M_WORKER_ADVERTISE: the same as other nodes reach it; what is listened on when absent.</summary>
    public required Uri Advertise { get; init; }

    /// <summary>MS2M_WORKER_HEALTH: <c>http://ip:port</c> on which health is asked for, by whoever has no certificate.
    /// Default http://127.0.0.1:8491.</summary>
    public required Uri Health { get; init; }

    /// <summary>MS2M_TLS: folder with <c>ca.crt</c>, <c>tls.crt</c> and <c>tls.key</c> (0600), by which nodes know each
    /// other. Null when MS2M_INSECURE_TRANSFER is <c>yes</c>: then memory travels readable for everybody on the wire, and
    /// the addresses are http instead of https.</summary>
    public required string? Tls { get; init; }

    /// <summary>MS2M_DATA: folder of instance files, reservations and the journal of commands. The same path on every
    /// node, because a restored mount names it. Default /var/lib/ms2m.</summary>
    public required string Data { get; init; }

    /// <summary>MS2M_CHECKPOINTS: folder for checkpoints on their way, on a tmpfs: they hold a process's secrets, and the
    /// worker does not start when they would rest on a disk. Default: <c>checkpoints</c> below the data folder.</summary>
    public required string Checkpoints { get; init; }

    /// <summary>MS2M_PODMAN_SOCKET: podman's API. Default /run/podman/podman.sock.</summary>
    public required string PodmanSocket { get; init; }

    /// <summary>MS2M_WORKLOAD_BRIDGE: a bridge of the node that is on the nodes' network, for workloads with an address of
    /// their own. Where it is absent they are refused.</summary>
    public string? WorkloadBridge { get; init; }

    /// <summary>MS2M_CHECKPOINT_WAY: <c>auto</c> takes the fast way where it works; <c>archive</c> always takes
    /// podman's own export and import, which costs about 0.6 s more. Default auto.</summary>
    public CheckpointWayWanted Way { get; init; } = CheckpointWayWanted.Auto;

    /// <summary>MS2M_RESERVE_BYTES: memory and checkpoint space that migrations must leave free. Default 64 MB; more
    /// refuses migrations earlier.</summary>
    public long ReserveBytes { get; init; } = 64_000_000;

    /// <summary>MS2M_DISK_RESERVE_BYTES: room that volumes of migrations must leave free on their disk. Default 1 GB; more
    /// refuses migrations earlier.</summary>
    public long DiskReserveBytes { get; init; } = 1_000_000_000;

    /// <summary>MS2M_BASE_SECONDS: for how long the memory of a workload that was moved with <c>delta</c> is kept where it
    /// left, for its way back; 0 keeps none. Default 3600: a shorter one keeps its secrets for less long, a longer one saves
    /// more transfers.</summary>
    public int BaseSeconds { get; init; } = 3600;

    /// <summary>MS2M_BASE_SHARE: how much of the space for checkpoints that may take, in percent. Default 50; it is given up
    /// anyway when a migration needs it.</summary>
    public int BaseShare { get; init; } = 50;

    /// <summary>MS2M_PRE_DUMP: <c>yes</c> lets a checkpoint that is moved with <c>delta</c> build on a pre-dump. Absent by default: that
    /// shortens the standstill, and relies on the kernel for every page that has changed.</summary>
    public bool PreDump { get; init; }

    /// <summary>MS2M_REGISTRY (<c>https://host:port/prefix</c>), MS2M_REGISTRY_USER and MS2M_REGISTRY_PASSWORD: where checkpoints
    /// travel through that are moved by <c>registry</c>; whoever may read there can read a workload's memory meanwhile.
    /// MS2M_REGISTRY_CA: file with the authorities of its certificate; those of MS2M_TLS when absent. Null for none.</summary>
    public RegistryPlace? Registry { get; init; }

    /// <summary>MS2M_RUNTIME and what belongs to it; null for podman.</summary>
    public KubernetesSettings? Kubernetes { get; init; }

    /// <summary>Where an instance connects, and as whom. A secret; in a pod without one.</summary>
    public string BrokerUriOf(string instanceId) => new UriBuilder(WorkloadBrokerUri)
    {
        UserName = Names.InstanceUser(instanceId),
        Password = Kubernetes is null ? Credentials.InstancePassword(NodeKey, instanceId) : "",
    }.Uri.AbsoluteUri;

    public string WorkloadsFolder => Path.Combine(Data, "workloads");

    public string ReservationsFolder => Path.Combine(Data, "reservations");

    public string JournalFolder => Path.Combine(Data, "journal");

    public string CriuConfiguration => Path.Combine(Data, "criu.conf");

    public string IncomingFolder => Path.Combine(Checkpoints, "in");

    public string RegistryFolder => Path.Combine(Data, "registry");

    /// <summary>For what rsync is told while it runs.</summary>
    public string VolumesFolder => Path.Combine(Data, "volumes");

    public string BaseFolder => Path.Combine(Checkpoints, "base");

    /// <summary>What waits for the rest of a memory.</summary>
    public string PagesFolder => Path.Combine(Checkpoints, "pages");

    /// <summary>For checkpoints while they become images.</summary>
    public string ImagesFolder => Path.Combine(Checkpoints, "images");

    public string OutgoingFolder => Path.Combine(Checkpoints, "out");
}

public enum CheckpointWayWanted
{
    Auto,
    Archive,
}
