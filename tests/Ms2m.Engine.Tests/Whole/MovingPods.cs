using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Ownership;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>Workloads that are pods, on a real broker and a real store; their owners are scripted.</summary>
public sealed class MovingPods(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Theory]
    [InlineData(PodOwner.StatefulSet, "sequential", "check release adopt")]
    [InlineData(PodOwner.ReplicaSet, "shadow", "check adopt")]
    [InlineData(PodOwner.Nobody, "shadow", "check adopt")]
    public async Task are_moved_by_the_strategy_that_suits_their_owner(PodOwner owner, string strategy, string asked)
    {
        var owners = new ScriptedOwnership();
        await using var cluster = await ClusterAsync(owner, $"pod-of-{owner}");
        await using var engine = await EngineAsync(owners);

        var view = await MoveAsync(engine, cluster);

        Assert.True(view.Phase == Phase.Completed, $"{view.Phase}: {view.Reason}");
        Assert.Equal(strategy, view.Strategy);
        Assert.Equal(asked, string.Join(' ', owners.Asked));
    }

    [Fact]
    public async Task whose_owner_cannot_be_dealt_with_are_not_touched()
    {
        var owners = new ScriptedOwnership { Answers = _ => new ApiProblem(422, "Unserved", "It has three replicas.") { Causes = ["Scale it to one."] } };
        await using var cluster = await ClusterAsync(PodOwner.ReplicaSet, "unserved");
        await using var engine = await EngineAsync(owners);

        var view = await MoveAsync(engine, cluster);

        Assert.Equal((Phase.Rejected, "MS2M-1307", "Scale it to one."), (view.Phase, view.Reason?.Code, view.Reason?.Remedy));
        Assert.False(cluster.Has(nameof(TakeCheckpoint)));
    }

    [Fact]
    public async Task whose_copy_cannot_be_restored_come_back_from_their_checkpoint_and_to_their_owner()
    {
        var owners = new ScriptedOwnership();
        await using var cluster = await ClusterAsync(PodOwner.StatefulSet, "unrestored");
        cluster.Instead[nameof(RestoreShadow)] = command => [Failed(command, "node-b")];
        await using var engine = await EngineAsync(owners);

        var view = await MoveAsync(engine, cluster);

        Assert.True(view.Phase == Phase.RolledBack, $"{view.Phase}: {view.Reason}");
        Assert.Equal("check release settle readopt", string.Join(' ', owners.Asked));
        var steps = (await engine.Services.GetRequiredService<ReadStream>().ReadAsync(view.MigrationId, 1, CancellationToken.None)).Select(one => one.Alias).ToList();
        Assert.True(steps.LastIndexOf("source_revived") < steps.LastIndexOf("instance_adopted"), string.Join(' ', steps));
        Assert.True(steps.LastIndexOf("instance_adopted") < steps.LastIndexOf("source_resumed"), string.Join(' ', steps));
    }

    [Fact]
    public async Task whose_name_is_not_free_in_time_are_asked_for_again_and_it_is_said_what_was_waited_for()
    {
        var asked = 0;
        var owners = new ScriptedOwnership
        {
            Answers = what => what == "release" && asked++ == 0
                ? new ApiProblem(408, ApiProblem.Waiting, "Its node does not answer.") { Causes = ["Say that it is dead."] }
                : default(Done),
        };
        await using var cluster = await ClusterAsync(PodOwner.StatefulSet, "unreleased");
        await using var engine = await EngineAsync(owners);

        var view = await MoveAsync(engine, cluster);

        Assert.True(view.Phase == Phase.Completed, $"{view.Phase}: {view.Reason}");
        Assert.Equal("check release release adopt", string.Join(' ', owners.Asked));
        var failed = (await engine.Services.GetRequiredService<ReadStream>().ReadAsync(view.MigrationId, 1, CancellationToken.None))
            .Select(one => one.Data).OfType<StepFailed>().Single();
        Assert.Equal(("MS2M-1302", "Say that it is dead.", true), (failed.Reason.Code, failed.Reason.Remedy, failed.Retryable));
        Assert.Contains("Its node does not answer.", failed.Reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task are_refused_by_an_engine_without_kubernetes()
    {
        await using var cluster = await ClusterAsync(PodOwner.Nobody, "unconnected");
        await using var engine = await fixture.StartEngineAsync();

        var view = await MoveAsync(engine, cluster);

        Assert.Equal((Phase.Rejected, "MS2M-1301"), (view.Phase, view.Reason?.Code));
    }

    private Task<RunningEngine> EngineAsync(ScriptedOwnership owners) =>
        fixture.StartEngineAsync(edges: services => services.AddSingleton<IPodOwnership>(owners));

    private async Task<ScriptedCluster> ClusterAsync(PodOwner owner, string workload)
    {
        var name = workload.ToLowerInvariant();
        var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, name);
        cluster.Declares = spec => spec with
        {
            Pod = new WorkloadPod("shop", "orders", owner, owner == PodOwner.Nobody ? null : name)
            {
                FixedName = owner == PodOwner.StatefulSet ? $"{name}-0" : null,
            },
        };
        return cluster;
    }

    private static async Task<MigrationView> MoveAsync(RunningEngine engine, ScriptedCluster cluster)
    {
        var id = Guid.CreateVersion7();
        await WholeMigrations.StartAsync(engine, cluster, id, request: new StartMigration(id, cluster.Workload, "node-b"));
        return await WholeMigrations.EndOfAsync(engine, id);
    }

    private static StepFailed Failed(JsonElement command, string node) => new(
        command.GetProperty("migrationId").GetGuid(), command.GetProperty("step").GetString()!,
        command.GetProperty("attempt").GetInt32(), node, new Failure("X", "It cannot be restored.", "x"), Retryable: false);
}
