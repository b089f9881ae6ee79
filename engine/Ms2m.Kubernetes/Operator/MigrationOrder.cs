using System.Security.Cryptography;
using System.Text;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Operator;

/// <summary>What a <see cref="StatefulMigration"/> asks for, in the engine's own words.</summary>
public static class MigrationOrder
{
    /// <summary>The migration is named for the object, so that asking twice is asking once.</summary>
    public static Guid IdOf(StatefulMigration asked) => Guid.TryParse(asked.Metadata.Uid, out var uid) && uid != Guid.Empty
        ? uid
        : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(asked.Metadata.Uid ?? ""))[..16]);

    public static string RequestedBy(StatefulMigration asked) => $"kubernetes:{asked.Metadata.Namespace}/{asked.Metadata.Name}";

    /// <summary>What is to be sent for it, what stands in the way for good, or what is still to be waited for.</summary>
    public static Order Of(StatefulMigration asked, Surroundings around)
    {
        if (asked.Spec is not { } spec)
        {
            return OperatorFailures.BadSpec("spec", "it is missing");
        }

        var (strategy, badStrategy) = StrategyOf(spec.MigrationStrategy);
        var (transfer, badTransfer) = TransferOf(spec);
        if ((badStrategy ?? badTransfer ?? BadPolicy(spec) ?? Differs(spec, around)) is { } refusal)
        {
            return refusal;
        }

        var pod = around.Pod!;
        var reported = around.Instances.Where(one => one.Spec.Name == pod.Metadata.Label(Markings.Workload)).ToList();
        // Labels are whatever somebody who may make pods writes on his own: they alone move nothing of another namespace.
        if (reported.Exists(one => one.Spec.Pod?.Namespace != pod.Metadata.Namespace))
        {
            return OperatorFailures.OthersWorkload(spec.SourcePod, pod.Metadata.Label(Markings.Workload)!);
        }

        var own = reported.Find(one => one.InstanceId == pod.Metadata.Label(Markings.Instance));
        return own is { Role: InstanceRole.Active, State: "running" } || (own is not null && !around.Patient)
            ? new Order(new StartMigration(
                IdOf(asked), pod.Metadata.Label(Markings.Workload)!, spec.TargetNode, strategy, PolicyOf(spec), RequestedBy(asked))
            {
                Transfer = transfer,
            }, null, null)
            : around.Patient
                ? new Order(null, null, OperatorFailures.NotLetIn(spec.SourcePod))
                : OperatorFailures.NotLetIn(spec.SourcePod);
    }

    private static Failure? Differs(StatefulMigrationSpec spec, Surroundings around)
    {
        if (around.Pod is not { } pod || pod.Metadata.IsGoing || pod.Status?.Phase is "Succeeded" or "Failed")
        {
            return OperatorFailures.NoPod(spec.SourcePod);
        }

        if (pod.Metadata.Label(Markings.Workload) is null)
        {
            return OperatorFailures.NotOptedIn(spec.SourcePod, Markings.Workload);
        }

        var container = pod.Metadata.Annotation(Markings.Container) ?? (pod.Spec?.Containers is [var first, ..] ? first.Name : "");
        if (spec.ContainerName is { } asked && asked != container)
        {
            return OperatorFailures.OtherContainer(spec.SourcePod, asked, container);
        }

        if (!around.TargetExists)
        {
            return OperatorFailures.NoNode(spec.TargetNode);
        }

        var declared = pod.Metadata.Annotation(Markings.Queue);
        return spec.MessageQueueConfig switch
        {
            { QueueName: { } queue } when queue != declared => OperatorFailures.OtherQueue(spec.SourcePod, queue, declared),
            { BrokerUrl: not null, BrokerUrlSecretRef: not null } =>
                OperatorFailures.BadSpec("messageQueueConfig", "brokerUrl and brokerUrlSecretRef do not go together"),
            { BrokerUrl: { } url } => BrokerAddress.Read(url) is not { } broker
                ? OperatorFailures.BadSpec("messageQueueConfig.brokerUrl", "it must be amqp://host:port/vhost, without user and password")
                : BrokerAddress.Same(broker, around.Broker) ? null : OperatorFailures.OtherBroker,
            _ => null,
        };
    }

    private static (string Strategy, Failure? Bad) StrategyOf(string? asked) => asked switch
    {
        null or "auto" => ("auto", null),
        "ShadowPod" or "shadow" => ("shadow", null),
        "Sequential" or "sequential" => ("sequential", null),
        "cold" => ("cold", null),
        _ => ("", OperatorFailures.BadSpec("migrationStrategy", "it is one of auto, shadow, sequential, cold, ShadowPod, Sequential")),
    };

    // What is asked for by name comes first, then what is asked for by a field that only one way has.
    private static (TransferOptions? Transfer, Failure? Bad) TransferOf(StatefulMigrationSpec spec) =>
        (spec.TransferMode, spec.PreDumpConfig is { Enabled: true }) switch
        {
            ("registry" or "Registry", true) => (null, OperatorFailures.BadSpec(
                "preDumpConfig", "enabled sends what changes from worker to worker, and not through a registry")),
            ("registry" or "Registry", _) => (new(TransferMode.Registry), null),
            ("delta", _) or (null or "direct" or "Direct", true) => (new(TransferMode.Delta), null),
            ("direct" or "Direct", _) => (new(TransferMode.Direct), null),
            (null, _) => (spec.CheckpointImageRepository is null ? null : new(TransferMode.Registry), null),
            _ => (null, OperatorFailures.BadSpec("transferMode", "it is one of direct, delta, registry, Direct, Registry")),
        };

    private static Failure? BadPolicy(StatefulMigrationSpec spec) => spec.ReplayCutoffSeconds is < 1 or > 86_400
        ? OperatorFailures.BadSpec("replayCutoffSeconds", "it must be from 1 to 86400")
        : null;

    private static CutoverPolicy? PolicyOf(StatefulMigrationSpec spec) =>
        spec.ReplayCutoffSeconds is { } seconds ? new CutoverPolicy(MaxReplayMs: seconds * 1000) : null;
}

/// <summary>What an order is compared with.</summary>
/// <param name="Pod">The one that is named; null where there is none.</param>
/// <param name="Instances">All that node workers report.</param>
/// <param name="Broker">The engine's.</param>
/// <param name="Patient">Whether the object is so young that its pod may be let in still.</param>
public sealed record Surroundings(Pod? Pod, bool TargetExists, IReadOnlyList<InstanceReported> Instances, Uri Broker, bool Patient);

/// <summary>One of the three is there.</summary>
/// <param name="Start">To be sent.</param>
/// <param name="Refusal">It can never begin.</param>
/// <param name="Waits">It may begin later; why not yet.</param>
public sealed record Order(StartMigration? Start, Failure? Refusal, Failure? Waits)
{
    public static implicit operator Order(Failure refusal) => new(null, refusal, null);
}
