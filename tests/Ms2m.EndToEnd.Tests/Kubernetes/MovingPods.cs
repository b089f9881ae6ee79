using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Ms2m.Kubernetes.Resources;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Kubernetes;

/// <summary>Pods move because somebody applied a StatefulMigration or drains a node, under load, and nothing is lost or done
/// twice.</summary>
[Collection(LabCollection.Name)]
public sealed class MovingPods(LabFixture lab, PodsInTheLab pods, ITestOutputHelper output) : IClassFixture<PodsInTheLab>
{
    private static readonly LoadOptions Load = new(Rate: 50, Publishers: 2, WorkMs: 2, StateMb: 8, WarmupSeconds: 1);

    [Fact]
    public async Task of_a_statefulset_keep_their_name_and_their_owner()
    {
        var cancel = CancellationToken.None;
        await pods.Clear(cancel);
        var source = await pods.Start("StatefulSet", cancel);
        await using var orders = await Loaded(source, cancel);

        var ended = await Ended(Ask(source), cancel);

        Assert.True(ended.Status!.Phase == "Completed", Said(ended));
        var copy = await OnlyTheCopy(orders, ended, cancel);
        Assert.Equal("orders-0", copy.Metadata.Name);
        await ExactAndClean(orders, cancel);
    }

    [Fact]
    public async Task of_a_deployment_leave_a_node_that_is_drained()
    {
        var cancel = CancellationToken.None;
        await pods.Clear(cancel);
        var source = await pods.Start("Deployment", cancel);
        await using var orders = await Loaded(source, cancel);
        Drain(LabFixture.Source, true);
        try
        {
            var asked = await pods.Until("the drain asks for a migration", cluster => cluster.All(Kinds.Migrations)
                .FirstOrDefault(one => one.Metadata.Label(Markings.PodUid) == source.Metadata.Uid), cancel);
            var ended = await Ended(asked.Metadata.Name!, cancel);

            Assert.True(ended.Status!.Phase == "Completed", Said(ended));
            var copy = await OnlyTheCopy(orders, ended, cancel);
            Assert.Equal(orders.Instance, copy.Metadata.Name);
            await ExactAndClean(orders, cancel);
        }
        finally
        {
            Drain(LabFixture.Source, false);
        }
    }

    [Fact]
    public async Task that_cannot_be_restored_come_back_under_their_name_with_their_state()
    {
        var cancel = CancellationToken.None;
        await pods.Clear(cancel);
        var source = await pods.Start("StatefulSet", cancel);
        await using var orders = await Loaded(source, cancel);
        pods.Kubelet(LabFixture.Target).Fails = _ => true;
        try
        {
            var ended = await Ended(Ask(source), cancel);

            Assert.True(ended.Status!.Phase == "RolledBack", Said(ended));
            var back = await pods.Until("only the source is left, in its owner's hands", cluster =>
                cluster.All(Kinds.Pods) is [{ Metadata.Controller: not null } only] ? only : null, cancel);
            Assert.Equal((LabFixture.Source, "orders-0", orders.Instance), (back.Spec!.NodeName, back.Metadata.Name, back.Metadata.Label(Markings.Instance)));
            await ExactAndClean(orders, cancel);
        }
        finally
        {
            pods.Kubelet(LabFixture.Target).Fails = _ => false;
        }
    }

    private Task<LoadedWorkload> Loaded(Pod source, CancellationToken cancel)
    {
        Assert.Equal(LabFixture.Source, source.Spec!.NodeName);
        return LoadedWorkload.Around(
            lab.Cluster.Lab, source.Metadata.Label(Markings.Instance)!, LabFixture.Source, Load, output.WriteLine, cancel);
    }

    private string Ask(Pod source)
    {
        // Its uid follows from its name here, and is the id of the migration.
        var name = $"move-{Guid.NewGuid():N}";
        pods.Cluster.Change(cluster => cluster.Given(Kinds.Migrations, new StatefulMigration
        {
            Metadata = new ObjectMeta { Namespace = OrdersOnPods.Space, Name = name },
            Spec = new StatefulMigrationSpec { SourcePod = source.Metadata.Name!, TargetNode = LabFixture.Target },
        }));
        return name;
    }

    private Task<StatefulMigration> Ended(string name, CancellationToken cancel) => pods.Until(
        "the migration has ended", cluster => cluster.All(Kinds.Migrations).FirstOrDefault(one => one.Metadata.Name == name
            && one.Status?.Phase is "Completed" or "Failed" or "RolledBack" or "Rejected" or "Cancelled"), cancel, seconds: 120);

    private async Task<Pod> OnlyTheCopy(LoadedWorkload orders, StatefulMigration ended, CancellationToken cancel)
    {
        var migration = (await lab.Cluster.Engine.Migration(Guid.Parse(ended.Metadata.Uid!), cancel)).As<MigrationView>();
        output.WriteLine($"{migration.Strategy}: total {migration.TotalMs:0} ms, interruption {migration.InterruptionMs:0} ms; {JsonSerializer.Serialize(ended.Status!.PhaseTimings)}");
        orders.Moved(migration);
        var copy = await pods.Until("only the copy is left, in its owner's hands", cluster =>
            cluster.All(Kinds.Pods) is [{ Metadata.Controller: not null } only] && only.Spec!.NodeName == LabFixture.Target ? only : null, cancel);
        Assert.Equal(orders.Instance, copy.Metadata.Label(Markings.Instance));
        return copy;
    }

    private async Task ExactAndClean(LoadedWorkload orders, CancellationToken cancel)
    {
        Proof.Exact(await orders.Conclude(output.WriteLine, cancel));
        foreach (var node in new[] { LabFixture.Source, LabFixture.Target })
        {
            Assert.Equal("", await Left(node, cancel));
        }
    }

    /// <summary>Looks until nothing is left on a node, or for twenty seconds.</summary>
    private async Task<string> Left(string node, CancellationToken cancel)
    {
        const string look = $"ls {PodmanKubelet.Folder}/checkpoints; podman images --format '{{{{.Repository}}}}' | grep checkpoint; "
            + "ls /var/lib/ms2m/checkpoints/in /var/lib/ms2m/checkpoints/out /var/lib/ms2m/pods /var/lib/ms2m/images "
            + "/var/lib/ms2m/reservations 2>/dev/null | grep -v :$; true";
        for (var patience = 20; ; patience--)
        {
            var left = await lab.Tool.InNode(node, look, cancel);
            Assert.NotNull(left);
            if (left.Trim().Length == 0 || patience == 0)
            {
                return left.Trim();
            }

            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancel);
        }
    }

    private void Drain(string node, bool wanted) => pods.Cluster.Change(cluster =>
    {
        var there = cluster.Find(Kinds.Nodes, null, node)!;
        cluster.Store.Put(Kinds.Nodes, there with
        {
            Spec = (there.Spec ?? new NodeSpec()) with { Unschedulable = wanted ? true : null },
            Metadata = there.Metadata with { Labels = wanted ? new Dictionary<string, string> { [Markings.Drain] = "true" } : null },
        });
    });

    private string Said(StatefulMigration migration) => $"{JsonSerializer.Serialize(migration.Status)}\n{pods.Described()}";
}
