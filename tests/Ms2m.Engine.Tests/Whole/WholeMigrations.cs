using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.Engine.Saga;
using Ms2m.EventLog.Documents;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;
using Npgsql;
using Xunit.Abstractions;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>Whole migrations through a real broker and a real store, with scripted nodes and workloads.</summary>
public sealed class WholeMigrations(EngineFixture fixture, ITestOutputHelper output) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task a_migration_completes_and_its_stored_state_is_the_fold_of_its_events()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "orders");
        await using var engine = await fixture.StartEngineAsync();
        var id = Guid.CreateVersion7();

        await StartAsync(engine, cluster, id);
        var view = await EndOfAsync(engine, id);

        output.WriteLine(string.Join('\n', view.Steps.Select(step => $"{step.Name} {step.Ms:0.0}")) + $"\ntotal {view.TotalMs:0.0}");
        Assert.Equal(Phase.Completed, view.Phase);
        Assert.True(view.Verified);
        await AssertFoldAsync(engine, id);
    }

    [Fact]
    public async Task a_repeated_start_changes_nothing()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "repeated");
        await using var engine = await fixture.StartEngineAsync();
        var id = Guid.CreateVersion7();

        await StartAsync(engine, cluster, id);
        await EndOfAsync(engine, id);
        var before = await EventsAsync(engine, id);
        await StartAsync(engine, cluster, id);
        var other = await StartAsync(engine, cluster, Guid.CreateVersion7(), target: "node-z");
        await EndOfAsync(engine, other);

        Assert.Equal(before.Count, (await EventsAsync(engine, id)).Count);
    }

    [Fact]
    public async Task of_two_requests_for_one_workload_one_is_rejected_and_the_claim_is_free_afterwards()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "wanted");
        await using var engine = await fixture.StartEngineAsync();
        cluster.Instead[nameof(PrepareSource)] = _ => [];
        var first = await StartAsync(engine, cluster, Guid.CreateVersion7());
        await ReachAsync(engine, first, events => events.Any(e => e is StepStarted { Step: StepNames.PrepareSource }));

        var second = await StartAsync(engine, cluster, Guid.CreateVersion7());
        var refused = await EndOfAsync(engine, second);
        Assert.Equal("MS2M-0107", refused.Reason?.Code);

        await cluster.SendAsync(Names.Migrations, new CancelMigration(first));
        Assert.Equal(Phase.Cancelled, (await EndOfAsync(engine, first)).Phase);
        cluster.Instead.Clear();
        var third = await StartAsync(engine, cluster, Guid.CreateVersion7());
        Assert.Equal(Phase.Completed, (await EndOfAsync(engine, third)).Phase);
    }

    [Fact]
    public async Task a_source_that_a_heartbeat_calls_dead_before_its_checkpoint_ends_the_migration_at_once()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "mortal");
        await using var engine = await fixture.StartEngineAsync();
        cluster.Instead[nameof(PrepareSource)] = _ => [];
        var id = await StartAsync(engine, cluster, Guid.CreateVersion7());
        await ReachAsync(engine, id, events => events.Any(e => e is StepStarted { Step: StepNames.PrepareSource }));

        await cluster.ReportAsync(sourceState: "exited");

        var view = await EndOfAsync(engine, id);
        Assert.Equal((Phase.Failed, "MS2M-0304"), (view.Phase, view.Reason?.Code));
        Assert.True(view.TotalMs < 5_000, $"it took {view.TotalMs:0} ms");
    }

    [Fact]
    public async Task an_engine_that_stops_in_the_middle_is_followed_by_one_that_goes_on()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "survivor");
        cluster.Instead[nameof(TakeCheckpoint)] = _ => [];
        var id = Guid.CreateVersion7();
        await using (var engine = await fixture.StartEngineAsync())
        {
            await StartAsync(engine, cluster, id);
            await ReachAsync(engine, id, events => events.Any(e => e is ReplayOpened));
        }

        await cluster.SendAsync(Names.Migrations, new CheckpointTaken(id, StepNames.TakeCheckpoint, 1, "node-a", 1, 1));
        await cluster.SendAsync(Names.Migrations, new TransferCompleted(id, StepNames.SendCheckpoint, 1, "node-a", 1, "d", 1));
        await using var next = await fixture.StartEngineAsync();

        Assert.Equal(Phase.Completed, (await EndOfAsync(next, id)).Phase);
        await AssertFoldAsync(next, id);
    }

    [Fact]
    public async Task a_copy_of_a_command_that_comes_after_the_migration_makes_nothing()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "copied");
        await using var engine = await fixture.StartEngineAsync();
        var id = await StartAsync(engine, cluster, Guid.CreateVersion7());
        await EndOfAsync(engine, id);

        await cluster.SendAsync(Names.BrokerTasks, new OpenReplay(id, StepNames.OpenReplay, 1, cluster.Workload));

        // The next migration's own task stands behind it in the same queue and is done at its end.
        var next = await StartAsync(engine, cluster, Guid.CreateVersion7());
        await EndOfAsync(engine, next);
        Assert.False(await cluster.ExistsAsync(Names.ReplayQueue(id)));
    }

    [Fact]
    public async Task a_message_that_does_not_say_what_it_is_is_set_aside_and_comes_no_more()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "untyped");
        await using var engine = await fixture.StartEngineAsync();

        await cluster.SendUntypedAsync(Names.Migrations, """{"migrationId":"7b6e9b04-61a6-4f19-9d56-3ccf15ffb2bb"}""");

        await WaitAsync("it lies in the queue of skipped messages", async () =>
            await cluster.CountAsync(Names.Migrations + "_skipped") == 1);
        Assert.Equal(0u, await cluster.CountAsync(Names.Migrations));
    }

    internal static async Task<Guid> StartAsync(
        RunningEngine engine, ScriptedCluster cluster, Guid id, string target = "node-b", StartMigration? request = null)
    {
        await KnowTheNodesAsync(engine, cluster);
        await cluster.SendAsync(Names.Migrations, request ?? new StartMigration(id, cluster.Workload, target));
        return id;
    }

    internal static async Task KnowTheNodesAsync(RunningEngine engine, ScriptedCluster cluster)
    {
        await ForgetCopiesAsync(engine, cluster.Workload);
        var before = DateTimeOffset.UtcNow;
        await cluster.ReportAsync();
        var reader = engine.Services.GetRequiredService<Cluster.ClusterReader>();
        await WaitAsync("both nodes are known", async () =>
        {
            var nodes = await reader.NodesAsync(CancellationToken.None);
            // Another test's reports may be there already.
            var now = nodes.Where(node => node.At >= before).ToList();
            return now.Any(node => node.Node == "node-b")
                && now.Any(node => node.Instances.Any(instance => instance.InstanceId == cluster.Source));
        });
    }

    /// <summary>Here a copy is gone when the next migration begins. Where its report came too late, its name would be held for
    /// it: see <see cref="NamesAfterMigrations"/>.</summary>
    private static async Task ForgetCopiesAsync(RunningEngine engine, string workload)
    {
        await using var command = engine.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            "delete from ms2m_claims where workload = $1 and instance_id is not null");
        command.Parameters.AddWithValue(workload);
        await command.ExecuteNonQueryAsync();
    }

    internal static Task<MigrationView> EndOfAsync(RunningEngine engine, Guid id) =>
        ReachAsync(engine, id, events => Migration.Fold(events) is MigrationState.Ended);

    private static async Task<MigrationView> ReachAsync(
        RunningEngine engine, Guid id, Func<IReadOnlyList<IMigrationMessage>, bool> there)
    {
        IReadOnlyList<RecordedEvent> events = [];
        await WaitAsync($"migration {id} got there", async () =>
        {
            events = await EventsAsync(engine, id);
            return there([.. events.Select(one => (IMigrationMessage)one.Data)]);
        }, () => string.Join(", ", events.Select(one => one.Alias)));
        return MigrationTimeline.Of(
            id, [.. events.Select(one => ((IMigrationMessage)one.Data, one.Timestamp))], DateTimeOffset.UtcNow);
    }

    private static Task<IReadOnlyList<RecordedEvent>> EventsAsync(RunningEngine engine, Guid id) =>
        engine.Services.GetRequiredService<ReadStream>().ReadAsync(id, 1, CancellationToken.None);

    private static async Task AssertFoldAsync(RunningEngine engine, Guid id)
    {
        var events = await EventsAsync(engine, id);
        var saga = await engine.Services.GetRequiredService<DocumentTable<MigrationSaga, Guid>>().LoadAsync(
            engine.Services.GetRequiredService<NpgsqlDataSource>(), id, CancellationToken.None);
        Assert.Equal(events.Count, saga?.Value.StreamVersion);
        Assert.Equal(
            JsonSerializer.Serialize(Migration.Fold(events.Select(one => (IMigrationMessage)one.Data))),
            JsonSerializer.Serialize(saga?.Value.State));
    }

    private static async Task WaitAsync(string what, Func<Task<bool>> condition, Func<string>? seen = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"Waited 30 s until {what}. {seen?.Invoke()}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }
}
