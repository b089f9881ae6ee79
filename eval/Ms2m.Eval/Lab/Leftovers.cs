using Ms2m.Cli.Api;
using Ms2m.Contracts;

namespace Ms2m.Eval.Lab;

/// <summary>What a migration should have removed and did not, seen on the broker, on the nodes and on their disks.</summary>
/// <param name="tool">Absent for a cluster that no lab made: then the disks are not looked at.</param>
internal sealed class Leftovers(EngineClient engine, BrokerEyes broker, LabTool? tool)
{
    /// <summary>Nodes report every two seconds; an end is seen in the log before it is seen in a report.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Looks until nothing is left, or patience is.</summary>
    public async Task<IReadOnlyList<string>> Find(string workload, string survivor, string home, CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            List<string> found =
            [
                .. await OnTheBroker(workload, survivor, cancel),
                .. await Instances(workload, survivor, home, cancel),
            ];
            if (found.Count == 0)
            {
                found.AddRange(await OnDisks(workload, survivor, home, cancel));
            }

            if (found.Count == 0 || TimeProvider.System.GetElapsedTime(begun) > Patience)
            {
                return found;
            }

            await Task.Delay(Pause, cancel);
        }
    }

    private async Task<IEnumerable<string>> OnTheBroker(string workload, string survivor, CancellationToken cancel) =>
        from queue in await broker.Queues(cancel)
        where queue.StartsWith("ms2m.replay.", StringComparison.Ordinal)
            || queue.StartsWith("ms2m.journal.", StringComparison.Ordinal)
            || (queue.StartsWith(Names.ControlQueue($"{workload}-"), StringComparison.Ordinal)
                && queue != Names.ControlQueue(survivor))
        select $"queue {queue}";

    private async Task<IReadOnlyList<string>> Instances(
        string workload, string survivor, string home, CancellationToken cancel)
    {
        var found = new List<string>();
        foreach (var one in (await engine.Workloads(cancel)).As<List<WorkloadView>>())
        {
            if (one.Name == workload && one.InstanceId != survivor)
            {
                found.Add($"workload instance {one.InstanceId} on {one.Node}");
            }
        }

        foreach (var node in (await engine.Nodes(cancel)).As<List<NodeView>>())
        {
            found.AddRange(
                from instance in node.Instances ?? []
                where instance.Spec.Name == workload && (node.Node != home || instance.InstanceId != survivor)
                select $"container {instance.InstanceId} on {node.Node}");
        }

        return found;
    }

    private async Task<IReadOnlyList<string>> OnDisks(
        string workload, string survivor, string home, CancellationToken cancel)
    {
        var found = new List<string>();
        if (tool is null)
        {
            return found;
        }

        // Checkpoint folders must be empty, but for what was kept on purpose to compare the next checkpoint with; and nothing may be named after an instance that is gone.
        var script =
            "find /var/lib/ms2m/checkpoints -mindepth 1 -path /var/lib/ms2m/checkpoints/base -prune -o -type f -print 2>/dev/null; "
            + $"find /var/lib/ms2m -name '{workload}-*' ! -name '{survivor}*' 2>/dev/null; "
            + $"find /run/netns -name 'ms2m-{workload}-*' ! -name 'ms2m-{survivor}' 2>/dev/null; "
            + "sed 's/^/process of CRIU /' /sys/fs/cgroup/ms2m-pages/cgroup.procs 2>/dev/null; "
            + "podman ps -a --format 'container {{.Names}}'";
        foreach (var node in (await engine.Nodes(cancel)).As<List<NodeView>>().Where(node => node.Up))
        {
            if (await tool.InNode(node.Node, script, cancel) is not { } seen)
            {
                found.Add($"{node.Node} could not be looked at");
                continue;
            }

            found.AddRange(
                from line in seen.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct()
                where line.StartsWith('/')
                    || line.StartsWith("process", StringComparison.Ordinal)
                    || (line.StartsWith($"container {workload}-", StringComparison.Ordinal)
                        && (node.Node != home || line != $"container {survivor}"))
                select $"{line} on {node.Node}");
        }

        return found;
    }
}
