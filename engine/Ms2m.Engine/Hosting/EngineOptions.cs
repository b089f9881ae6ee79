using System.Globalization;
using Ms2m.Engine.Kubernetes;
using Ms2m.Engine.Pods;
using Ms2m.Migrations;

namespace Ms2m.Engine.Hosting;

/// <summary>What the engine needs to know to start. All of it comes from environment variables, because most of it
/// holds secrets; where NAME is not set, NAME_FILE may name a file that holds the value.</summary>
public sealed record EngineOptions
{
    /// <summary><c>MS2M_BROKER_URI</c>: amqp://user:password@host:port/vhost.</summary>
    public required Uri Broker { get; init; }

    /// <summary><c>MS2M_BROKER_MANAGEMENT_URI</c>: http://user:password@host:port of the broker's management plugin,
    /// through which the engine reads how a primary queue is bound; AMQP has no way to ask.</summary>
    public required Uri Management { get; init; }

    /// <summary><c>MS2M_STORE</c>: Npgsql connection string of the event store.</summary>
    public required string Store { get; init; }

    /// <summary><c>MS2M_ENGINE_LISTEN</c>: address of the HTTP API; http://127.0.0.1:8480 when absent.</summary>
    public required string Listen { get; init; }

    /// <summary><c>MS2M_TRANSFER_SECRET</c>: at least 32 characters, the same for every engine; the tokens of checkpoint
    /// transfers are derived from it, so that a restarted engine makes the same ones and the log holds none.</summary>
    public required string TransferSecret { get; init; }

    /// <summary><c>MS2M_MAX_OUTGOING</c>, <c>MS2M_MAX_INCOMING</c>: migrations from and to one node at the same time, 2
    /// and 2 when absent. <c>MS2M_MAX_MIGRATIONS</c>: in the cluster, 5. <c>MS2M_MAX_QUEUE_SECONDS</c>: how long one may
    /// wait for its turn, 3600. The same for every engine.</summary>
    public AdmissionLimits Limits { get; init; } = new();

    /// <summary><c>MS2M_COLLECT_SECONDS</c>: how often what dead migrations have left is looked for and removed; 300 when
    /// absent, never with 0.</summary>
    public TimeSpan? CollectEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary><c>MS2M_SILENT_AFTER_SECONDS</c>: a workload that holds messages and acknowledges none, or does not read its
    /// control queue, for this long is shown as not answering; 30 when absent. Longer than any handler takes for one
    /// message.</summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>MS2M_CLUSTER_KEY</c>: at least 32 characters, the same for every engine; the keys of the nodes and the
    /// broker passwords of workload instances are derived from it.</summary>
    public required string ClusterKey { get; init; }

    /// <summary><c>MS2M_API_TOKEN</c>: at least 32 characters; requests that do not come from this machine must carry it. None
    /// is needed while the engine listens on loopback only.</summary>
    public string? ApiToken { get; init; }

    /// <summary>Absent where workloads are no pods.</summary>
    public KubernetesOptions? Kubernetes { get; init; }

    /// <summary><c>MS2M_POD_GRANTS</c>: queues and exchanges that pods may name beside their workload's own, such as
    /// <c>orders=incoming,audit.*;shop/ledger=books</c>; none when absent. The same for every engine.</summary>
    public PodRights PodRights { get; init; } = PodRights.None;

    /// <exception cref="EngineOptionsException">A variable is missing or wrong; the message names it.</exception>
    public static EngineOptions FromEnvironment(Func<string, string?> variable) => ListeningRules.Checked(new()
    {
        Broker = ReadUri(variable, "MS2M_BROKER_URI", "amqp"),
        Management = ReadUri(variable, "MS2M_BROKER_MANAGEMENT_URI", "http"),
        Store = Required(variable, "MS2M_STORE"),
        Listen = variable("MS2M_ENGINE_LISTEN") ?? "http://127.0.0.1:8480",
        TransferSecret = Secret(variable, "MS2M_TRANSFER_SECRET"),
        ClusterKey = Secret(variable, "MS2M_CLUSTER_KEY"),
        CollectEvery = variable("MS2M_COLLECT_SECONDS") == "0"
            ? null
            : TimeSpan.FromSeconds(Number(variable, "MS2M_COLLECT_SECONDS", 300, 24 * 3600)),
        SilentAfter = TimeSpan.FromSeconds(Number(variable, "MS2M_SILENT_AFTER_SECONDS", 30, 24 * 3600)),
        Limits = new AdmissionLimits(
            Number(variable, "MS2M_MAX_OUTGOING", 2, 1000),
            Number(variable, "MS2M_MAX_INCOMING", 2, 1000),
            Number(variable, "MS2M_MAX_MIGRATIONS", 5, 10_000))
        {
            MaxWait = TimeSpan.FromSeconds(Number(variable, "MS2M_MAX_QUEUE_SECONDS", 3600, 31 * 24 * 3600)),
        },
        ApiToken = IsGiven(variable, "MS2M_API_TOKEN") ? Secret(variable, "MS2M_API_TOKEN") : null,
        Kubernetes = KubernetesOptions.FromEnvironment(variable),
        PodRights = PodRights.Parse(variable(PodRights.Variable)),
    });

    private static bool IsGiven(Func<string, string?> variable, string name) =>
        variable(name) is { Length: > 0 } || variable(name + "_FILE") is { Length: > 0 };

    private static int Number(Func<string, string?> variable, string name, int usual, int most) =>
        variable(name) is not { Length: > 0 } text ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw new EngineOptionsException($"{name} must be a whole number from 1 to {most}.");

    private static string Secret(Func<string, string?> variable, string name) =>
        Required(variable, name) is { Length: >= 32 } secret
            ? secret
            : throw new EngineOptionsException($"{name} must have at least 32 characters.");

    private static string Required(Func<string, string?> variable, string name) =>
        variable(name) is { Length: > 0 } value ? value
        : variable(name + "_FILE") is { Length: > 0 } file ? FromFile(name, file)
        : throw new EngineOptionsException($"The environment variable {name} is not set; see deploy/lab/README.md.");

    private static string FromFile(string name, string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new EngineOptionsException($"{name}_FILE cannot be read: {unreadable.Message}");
        }
    }

    // The value is not repeated in the message: it holds a password.
    private static Uri ReadUri(Func<string, string?> variable, string name, string scheme) =>
        System.Uri.TryCreate(Required(variable, name), UriKind.Absolute, out var uri)
        && (uri.Scheme == scheme || uri.Scheme == scheme + "s")
            ? uri
            : throw new EngineOptionsException($"{name} must be a {scheme}:// or {scheme}s:// address.");
}

/// <summary>The engine cannot start as configured.</summary>
public sealed class EngineOptionsException(string message) : Exception(message);
