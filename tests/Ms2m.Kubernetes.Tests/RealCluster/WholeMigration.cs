using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation.RealCluster;
using Xunit.Abstractions;

namespace Ms2m.Kubernetes.Tests.RealCluster;

/// <summary>All of it, on a cluster that somebody runs: its kubelets, its controllers, its broker.</summary>
public sealed class WholeMigration(RealClusterConnection cluster, ITestOutputHelper output) : IClassFixture<RealClusterConnection>
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    [RealWorkloadFact]
    public async Task a_pod_goes_to_another_node_is_its_owners_there_and_no_empty_one_was_let_in()
    {
        var name = RealWorkloadFactAttribute.Named!.Value;
        var source = Given(await cluster.Client.GetAsync(Kinds.Pods, name, default));
        Assert.True(source.IsReady && source.Metadata.Label(Markings.Instance) is not null, $"The pod {name} is not ready, or was not let in.");
        var target = await TargetAsync(source);
        var crowd = new Crowd(source);
        using var watching = new CancellationTokenSource();
        var watch = WatchAsync(crowd, name.Namespace!, watching.Token);
        await RealClusterConnection.EventuallyAsync("its pods are seen", _ => Task.FromResult(crowd.IsComplete));

        var asked = Given(await cluster.Client.CreateAsync(Kinds.Migrations, Asked(name, target), default));
        output.WriteLine($"{name} goes from {source.Spec?.NodeName} to {target}: {asked.Metadata.Name}, migration {asked.Metadata.Uid}");
        var ended = await EndOfAsync(asked);
        foreach (var (phase, milliseconds) in ended.Status?.PhaseTimings ?? new Dictionary<string, long>())
        {
            output.WriteLine($"{phase,-16}{milliseconds,8} ms");
        }
        var completed = Completed(ended);
        Assert.True(completed?.Status == "True", $"{ended.Status?.Phase}: {completed?.Reason} {completed?.Message}");
        await RealClusterConnection.EventuallyAsync("the former pod is gone", async cancel =>
            await cluster.Client.GetAsync(Kinds.Pods, name, cancel) is var former
            && (former.Problem is { IsMissing: true } || (former.Problem is null && former.Value.Metadata.Uid != source.Metadata.Uid)));
        await watching.CancelAsync();
        await watch;

        var copy = Assert.Single(Given(await cluster.Client.ListAsync(
            Kinds.Pods, new Selection(name.Namespace, $"{Markings.Migration}={asked.Metadata.Uid}"), default)).Items);
        Assert.Equal((target, true), (copy.Spec?.NodeName, copy.IsReady));
        Assert.Equal(source.Metadata.Controller?.Uid, copy.Metadata.Controller?.Uid);
        Assert.Equal(source.Metadata.Label(Markings.Workload), copy.Metadata.Label(Markings.Workload));
        Assert.All(copy.Status?.ContainerStatuses ?? [], container => Assert.Equal(0, container.RestartCount));
        Assert.DoesNotContain(Markings.HoldsName, copy.Metadata.Finalizers ?? []);
        output.WriteLine($"Pods of it that were let in, at a time: {crowd.Fewest} to {crowd.Most}");
        Assert.Empty(crowd.Strangers(asked.Metadata.Uid!));
        // Where both would have the same name there is a moment without any; elsewhere there is always one.
        var (fewest, most) = source.Metadata.Controller is { Kind: "StatefulSet" } ? (0, 1) : (1, 2);
        Assert.InRange(crowd.Fewest, fewest, 1);
        Assert.InRange(crowd.Most, 1, most);
    }

    /// <summary>Another node that takes pods and has a worker.</summary>
    private async Task<string> TargetAsync(Pod source)
    {
        var nodes = Given(await cluster.Client.ListAsync(Kinds.Nodes, Selection.All, default)).Items
            .Where(node => node.Spec?.Unschedulable is not true
                && node.Status?.Conditions?.Any(one => one is { Type: "Ready", Status: "True" }) == true)
            .Select(node => node.Metadata.Name).ToHashSet();
        var workers = Given(await cluster.Client.ListAsync(
            Kinds.Pods, new Selection(null, "app.kubernetes.io/name=ms2m-worker"), default)).Items;
        var target = workers.Where(worker => worker.IsReady).Select(worker => worker.Spec?.NodeName).Order(StringComparer.Ordinal)
            .FirstOrDefault(node => nodes.Contains(node) && node != source.Spec?.NodeName);
        Assert.True(target is not null, "There is no other node that is ready and schedulable and has a node worker.");
        return target;
    }

    private async Task WatchAsync(Crowd crowd, string space, CancellationToken cancel)
    {
        try
        {
            await foreach (var news in cluster.Client.WatchAsync(Kinds.Pods, new Selection(space), cancel))
            {
                crowd.Hear(news);
            }
        }
        catch (OperationCanceledException)
        {
            // Enough was seen.
        }
    }

    private async Task<StatefulMigration> EndOfAsync(StatefulMigration asked)
    {
        var last = asked;
        await RealClusterConnection.EventuallyAsync($"{asked.Metadata.Name} ends", async cancel =>
        {
            last = Given(await cluster.Client.GetAsync(Kinds.Migrations, new ObjectName(asked.Metadata.Namespace, asked.Metadata.Name!), cancel));
            return Completed(last)?.Status is "True" or "False";
        }, _patience);
        return last;
    }

    private static Condition? Completed(StatefulMigration one) => one.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "Completed");

    private static StatefulMigration Asked(ObjectName pod, string target) => new()
    {
        ApiVersion = Kinds.Migrations.ApiVersion,
        Kind = Kinds.Migrations.Name,
        Metadata = new ObjectMeta { Namespace = pod.Namespace, Name = $"test-{Guid.NewGuid().ToString("N")[..10]}" },
        Spec = new StatefulMigrationSpec { SourcePod = pod.Name, TargetNode = target },
    };

    private static T Given<T>(ApiAnswer<T> answer)
    {
        Assert.True(answer.Problem is null, answer.Problem?.Message);
        return answer.Value;
    }
}
