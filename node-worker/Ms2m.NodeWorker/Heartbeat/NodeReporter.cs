using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Preflight;
using Ms2m.NodeWorker.Preflight.Kubernetes;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.Standby;
using Ms2m.NodeWorker.Volumes;

namespace Ms2m.NodeWorker.Heartbeat;

/// <summary>Says every two seconds, and at once when instances change, what this node is, can do and hosts.</summary>
public sealed partial class NodeReporter(
    WorkerOptions options, IContainerRuntime runtime, IInstanceFiles instances, Holdings holdings, Room room, NodeFeatures features, Surroundings surroundings,
    VolumeSizes volumes, StandbyRounds rounds, IEnumerable<FoundWorkloads> found,
    HeartbeatSignal signal, IBusSender bus, TimeProvider time, ILogger<NodeReporter> log) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Sending = TimeSpan.FromSeconds(2);

    /// <summary>What runs containers here, as its version is named.</summary>
    private string Engine => options.Kubernetes is null ? "podman" : RuntimeOfNodeCheck.Name;

    /// <summary>Null until they were seen once: a report without them would say that there are none.</summary>
    private IReadOnlyList<InstanceReported>? _instances;
    private bool _silent;
    private bool _blind;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await features.LookAsync(stoppingToken);
                await ReportAsync(stoppingToken);
                await signal.WaitAsync(Interval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // A node that cannot say how it is must go on trying: silence is taken for its death.
                ReportFailed(e);
                await Task.Delay(Interval, time, stoppingToken);
            }
        }
    }

    /// <returns>Null while nothing can be said of the node's instances.</returns>
    internal async Task<NodeReported?> LookAsync(CancellationToken cancel)
    {
        var seen = features.Found;
        // Containers run on while the runtime does not answer: what was seen last is nearer to the truth than nothing.
        if (await instances.ReadAllAsync(cancel) is { Failed: false, Value: var before }
            && await runtime.ListAsync(cancel) is { Failed: false } listed
            && await instances.ReadAllAsync(cancel) is { Failed: false, Value: var after })
        {
            _instances = [.. listed.Value.Select(container => Describe(container, before, after))];
            volumes.KeepOnly(_instances.Select(one => one.InstanceId));
            rounds.KeepOnly([.. _instances.Select(one => one.InstanceId)]);
        }
        if (_instances is not { } there)
            return null;
        string Version(string name) =>
            seen.FirstOrDefault(f => f.Name == name) is { Available: true } feature ? feature.Detail : "missing";
        return new NodeReported(
            options.Node, options.Advertise.GetLeftPart(UriPartial.Authority), time.GetUtcNow(),
            (int)Interval.TotalMilliseconds,
            new Dictionary<string, string>
            {
                ["worker"] = typeof(NodeReporter).Assembly.GetName().Version?.ToString(3) ?? "0",
                [Engine] = Version(Engine),
                ["runc"] = Version("runc"),
                ["criu"] = Version("criu"),
                ["kernel"] = Environment.OSVersion.Version.ToString(),
            },
            Environment.ProcessorCount, Room.TotalMemory, room.FreeMemory, room.FreeForCheckpoints, seen,
            there, holdings.All is { Count: > 0 } held ? held : null)
        {
            Surroundings = await surroundings.LookAsync(cancel),
        };
    }

    private async Task ReportAsync(CancellationToken cancel)
    {
        if (await LookAsync(cancel) is not { } report)
        {
            // One line for a blindness, as for a silence.
            if (!_blind)
                NothingSeen(Engine);
            _blind = true;
            return;
        }
        _blind = false;
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Sending);
        try
        {
            await bus.ReportAsync(report, limited.Token);
            foreach (var workloads in found)
                await workloads.TellAsync(limited.Token);
            if (_silent)
                HeardAgain();
            _silent = false;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            // One line for a silence, not one every two seconds.
            if (!_silent)
                NotHeard(e.GetType().Name);
            _silent = true;
        }
    }

    private InstanceReported Describe(Container container, IReadOnlyList<InstanceFile> before, IReadOnlyList<InstanceFile> after)
    {
        var spec = container.Spec!;
        // A container whose folder names another instance must not touch the broker: it is as good as retired.
        var file = after.FirstOrDefault(one => one.Workload == spec.Name && one.InstanceId == container.Name);
        // While it was looked at it may have been restored and activated: an active instance would seem to have ended.
        var role = (container.HasEnded ? before.FirstOrDefault(b => b.InstanceId == container.Name) : file)?.Role;
        return new InstanceReported(
            container.Name, spec, role ?? InstanceRole.Retired, file?.Epoch ?? 0, container.State,
            ProcessMemory.OfContainer(container.Pid), file?.MigrationId)
        {
            VolumeBytes = spec.Volumes is { Count: > 0 } ? volumes.Of(container.Name) : null,
            BaseRounds = rounds.Of(container.Name),
            Picture = container.IsRunning ? ProcessPictures.Of(container.Pid, container.Pod, spec.Pod is not null) : null,
        };
    }

    [LoggerMessage(2301, LogLevel.Error, "The node's report could not be made")]
    private partial void ReportFailed(Exception cause);

    [LoggerMessage(2302, LogLevel.Warning, "The broker does not take the node's reports: {Cause}")]
    private partial void NotHeard(string cause);

    [LoggerMessage(2306, LogLevel.Warning, "The node's reports begin when its instances can be listed, and {Runtime} does not list them yet")]
    private partial void NothingSeen(string runtime);

    [LoggerMessage(2303, LogLevel.Information, "The broker takes the node's reports again")]
    private partial void HeardAgain();
}
