using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Ms2m.Contracts;

/// <summary>Every exchange and queue of the system. All exchanges and queues are durable.</summary>
public static partial class Names
{
    /// <summary>Fanout exchange and quorum queue: plain JSON <see cref="StartMigration"/> from any AMQP client.</summary>
    public const string StartMigration = "ms2m.start-migration";

    /// <summary>Fanout exchange and quorum queue: plain JSON <see cref="CancelMigration"/> from any AMQP client.</summary>
    public const string CancelMigration = "ms2m.cancel-migration";

    /// <summary>Quorum queue: requests that could not be read, with the reason in the header
    /// <c>ms2m-reason</c>.</summary>
    public const string Rejected = "ms2m.rejected";

    /// <summary>Fanout exchange and quorum queue of the saga: answers of node workers and reports of workloads.</summary>
    public const string Migrations = "ms2m.migrations";

    /// <summary>Queue of the engine's own work on the broker (bindings, fences, removal of queues).</summary>
    public const string BrokerTasks = "ms2m.broker-tasks";

    /// <summary>Queue of the engine's own work in Kubernetes (owners of pods).</summary>
    public const string ClusterTasks = "ms2m.cluster-tasks";

    /// <summary>Queue of pods that wait to be let in.</summary>
    public const string FoundWorkloads = "ms2m.found-workloads";

    /// <summary>Queue of the heartbeats of node workers.</summary>
    public const string NodeReports = "ms2m.node-reports";

    /// <summary>Direct exchange: the engine's control messages to workload instances; the routing key is the instance id.
    /// Only the engine may publish to it.</summary>
    public const string Control = "ms2m.control";

    /// <summary>Direct exchange: what one workload instance tells another; the routing key is the other's id.</summary>
    public const string Peers = "ms2m.peers";

    /// <summary>Topic exchange: journal entries; the routing key is the journal's queue. A topic exchange because the
    /// broker can then say for each user which journals it may write to.</summary>
    public const string Journal = "ms2m.journal";

    /// <summary>Command exchange and quorum queue of one node's worker.</summary>
    public static string Node(string node) => $"ms2m.node.{node}";

    /// <summary>Queue from which one workload instance takes its control messages.</summary>
    public static string ControlQueue(string instanceId) => $"ms2m.control.{instanceId}";

    /// <summary>R: the payloads of one migration, bound as the primary queue is bound.</summary>
    public static string ReplayQueue(Guid migrationId) => $"ms2m.replay.{migrationId:N}";

    /// <summary>J: the order in which the source applied its messages during one migration.</summary>
    public static string JournalQueue(Guid migrationId) => $"ms2m.journal.{migrationId:N}";

    /// <summary>What a failed step names as its node when the engine itself did it. No node can have this name.</summary>
    public const string Engine = "(engine)";

    /// <summary>The broker user of one node's worker.</summary>
    public static string NodeUser(string node) => $"node-{node}";

    /// <summary>The broker user of one workload instance.</summary>
    public static string InstanceUser(string instanceId) => $"instance-{instanceId}";

    /// <summary>The instance id of the shadow that a migration creates. Derived, so that it can be found again.</summary>
    public static string ShadowInstance(string workload, Guid migrationId) => $"{workload}-{migrationId.ToString("N")[..12]}";

    /// <summary>Workload, node and instance names are DNS labels: a to z, 0 to 9 and inner hyphens, 63 characters at
    /// most. They become parts of queue names, container names and paths.</summary>
    public static bool IsValid([NotNullWhen(true)] string? name) => name is not null && Label().IsMatch(name);

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}
