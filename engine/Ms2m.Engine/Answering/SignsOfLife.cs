using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.Engine.Broker;
using Ms2m.Engine.Cluster;
using Ms2m.Engine.Hosting;

namespace Ms2m.Engine.Answering;

/// <summary>Looks at the queues of all active instances from time to time: one question to the broker, whatever their
/// number. What is seen is kept in memory only; an engine that has just started knows nothing yet.</summary>
public sealed partial class SignsOfLife(
    ClusterReader cluster, ManagementApi management, EngineOptions options, TimeProvider time, ILogger<SignsOfLife> logger)
    // The broker's own figures are as old as this.
    : NowAndThen(TimeSpan.FromSeconds(5), atOnce: true, time)
{
    private ImmutableDictionary<string, Sign> _signs = ImmutableDictionary<string, Sign>.Empty;

    public Sign Of(string instanceId) => _signs.GetValueOrDefault(instanceId, Sign.Unknown);

    protected override void Failed(Exception failure)
    {
        // What was seen before may not be true any more.
        _signs = ImmutableDictionary<string, Sign>.Empty;
        LogBlind(failure.Message);
    }

    protected override async Task OnceAsync(CancellationToken token)
    {
        var queues = (await management.LooksAsync(token)).ToDictionary(queue => queue.Name, StringComparer.Ordinal);
        var now = Time.GetUtcNow();
        _signs = (await cluster.NodesAsync(token))
            .SelectMany(node => node.Instances)
            // One that knows nothing of us has no queue that shows whether it answers.
            .Where(instance => instance is { Role: InstanceRole.Active, State: "running", Spec.Queue: not null })
            .DistinctBy(instance => instance.InstanceId)
            .ToImmutableDictionary(instance => instance.InstanceId, instance => Of(instance.InstanceId).Next(
                queues.GetValueOrDefault(Names.ControlQueue(instance.InstanceId)),
                queues.GetValueOrDefault(instance.Spec.Queue!),
                now,
                options.SilentAfter));
    }

    [LoggerMessage(1103, LogLevel.Information, "Cannot see whether workloads answer: {Reason}")]
    private partial void LogBlind(string reason);
}
