using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.Engine.Api;
using Ms2m.Engine.Saga;
using Ms2m.EventLog.Documents;
using Ms2m.EventLog.Slots;
using Ms2m.EventLog.Streams;
using Ms2m.History.Verifying;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;
using Npgsql;
using Xunit.Abstractions;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>More migrations than may run, on a real broker and a real store, with scripted nodes and workloads.</summary>
public sealed class ManyMigrations(EngineFixture fixture, ITestOutputHelper output) : IClassFixture<EngineFixture>
{
    private static readonly string[] _nodes = ["node-a", "node-b", "node-c"];

    [Fact]
    public async Task twenty_at_once_among_three_nodes_and_two_engines_all_finish_within_the_limits()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, _nodes);
        await using var engine = await fixture.StartEngineAsync();
        await using var other = await fixture.StartEngineAsync();
        var random = new Random(20);
        fleet.Takes = _ => TimeSpan.FromMilliseconds(random.Next(50, 300));
        // Node a sends more than its share: those that leave the others must not wait for it.
        var workloads = Enumerable.Range(0, 20).ToDictionary(
            i => $"many-{i:00}", i => _nodes[i % 5 < 3 ? 0 : i % 5 - 2], StringComparer.Ordinal);
        await KnowAsync(engine, fleet, workloads);

        var ids = new Dictionary<Guid, string>();
        foreach (var (workload, node) in workloads)
        {
            var id = Guid.CreateVersion7();
            var target = _nodes[(Array.IndexOf(_nodes, node) + 1 + (ids.Count % 2)) % 3];
            ids[id] = workload;
            await fleet.SendAsync(Names.Migrations, new StartMigration(id, workload, target, Priority: ids.Count % 7 == 0 ? 5 : 0));
        }

        var most = await WatchAsync(engine, [.. ids.Keys]);

        var views = await Task.WhenAll(ids.Keys.Select(id => ViewAsync(engine, id)));
        Show(views);
        Assert.All(views, view => Assert.Equal(Phase.Completed, view.Phase));
        AssertLimitsHeld(await LogAsync(engine, ids.Keys), new AdmissionLimits());
        // Otherwise this would show nothing: the limits were reached, and somebody was seen waiting.
        Assert.Equal(new AdmissionLimits().Total, Peak(await LogAsync(engine, ids.Keys)));
        Assert.True(most > 1, "Nobody was seen waiting.");
        Assert.True(
            views.Max(view => view.WaitedMs ?? 0) < 20 * 1000, "Somebody waited longer than all of them together should take.");
        Assert.Empty(await engine.Services.GetRequiredService<NpgsqlDataSource>().SlotsAsync(CancellationToken.None));
        foreach (var id in ids.Keys)
        {
            await AssertFoldAsync(engine, id);
        }

        // Two engines at the same time in one log, and nothing in it is wrong.
        Assert.All(
            [await StartedAsync(engine), await StartedAsync(other)],
            started => Assert.True(started > 0, "One of the engines had no share in it."));
        var report = await new VerifyRun(
            new StoredStreams(engine.Services.GetRequiredService<NpgsqlDataSource>()),
            engine.Services.GetRequiredService<EventTypes>()).AllAsync(null, CancellationToken.None);
        Assert.True(report.IsSound, string.Join('\n', report.Findings));
    }

    [Fact]
    public async Task one_that_waits_can_be_cancelled_at_once_and_those_behind_it_go_on()
    {
        var options = fixture.Options with { Limits = new AdmissionLimits(1, 1, 1) };
        await using var fleet = await ScriptedFleet.StartAsync(options.Broker, _nodes);
        await using var engine = await fixture.StartEngineAsync(options);
        fleet.Takes = _ => TimeSpan.FromMilliseconds(700);
        await KnowAsync(engine, fleet, new Dictionary<string, string>
        {
            ["first"] = "node-a",
            ["second"] = "node-a",
            ["third"] = "node-a",
        });
        Guid[] ids = [Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7()];
        foreach (var (id, workload) in ids.Zip(["first", "second", "third"]))
        {
            await fleet.SendAsync(Names.Migrations, new StartMigration(id, workload, "node-b"));
            await WaitAsync($"{workload} is known", async () => (await EventsAsync(engine, id)).Count > 0);
        }

        var third = await ViewAsync(engine, ids[2]);
        Assert.Equal((2, 2, "a free slot in the cluster"), (third.Queue?.Position, third.Queue?.Of, third.Queue?.WaitsFor));
        await fleet.SendAsync(Names.Migrations, new CancelMigration(ids[1]));
        await WaitAsync("the second is cancelled", async () => (await ViewAsync(engine, ids[1])).Phase == Phase.Cancelled);
        Assert.NotEqual(Phase.Completed, (await ViewAsync(engine, ids[0])).Phase);
        Assert.Equal(1, (await ViewAsync(engine, ids[2])).Queue?.Position);

        await WaitAsync("the others end", async () =>
            (await ViewAsync(engine, ids[0])).Finished && (await ViewAsync(engine, ids[2])).Finished);

        Assert.Equal(Phase.Completed, (await ViewAsync(engine, ids[2])).Phase);
        Assert.DoesNotContain(await EventsAsync(engine, ids[1]), one => one.Data is StepStarted);
    }

    [Fact]
    public async Task a_lost_hint_costs_time_only()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, _nodes);
        await using var engine = await fixture.StartEngineAsync();
        var store = engine.Services.GetRequiredService<NpgsqlDataSource>();
        await KnowAsync(engine, fleet, new Dictionary<string, string> { ["hinted"] = "node-a" });
        var id = Guid.CreateVersion7();
        // Five that nobody will ever end: as if the engine that ended them had died before it could say so.
        await ExecuteAsync(store, "insert into ms2m_slots select gen_random_uuid(), 'x' || n, 'y' || n, 0, now(), now() from generate_series(1, 5) n");
        await fleet.SendAsync(Names.Migrations, new StartMigration(id, "hinted", "node-b"));
        await WaitAsync("it waits", async () => (await EventsAsync(engine, id)).Any(one => one.Data is MigrationQueued));

        await ExecuteAsync(store, "delete from ms2m_slots where source_node like 'x%'");

        await WaitAsync("it ends", async () => (await ViewAsync(engine, id)).Phase == Phase.Completed);
    }

    [Fact]
    public async Task whoever_waits_too_long_is_told()
    {
        var options = fixture.Options with { Limits = new AdmissionLimits { MaxWait = TimeSpan.FromSeconds(1) } };
        await using var fleet = await ScriptedFleet.StartAsync(options.Broker, _nodes);
        await using var engine = await fixture.StartEngineAsync(options);
        var store = engine.Services.GetRequiredService<NpgsqlDataSource>();
        await KnowAsync(engine, fleet, new Dictionary<string, string> { ["patient"] = "node-a" });
        var id = Guid.CreateVersion7();
        await ExecuteAsync(store, "insert into ms2m_slots select gen_random_uuid(), 'z' || n, 'y' || n, 0, now(), now() from generate_series(1, 5) n");

        await fleet.SendAsync(Names.Migrations, new StartMigration(id, "patient", "node-b"));
        await WaitAsync("it ends", async () => (await ViewAsync(engine, id)).Finished);
        await ExecuteAsync(store, "delete from ms2m_slots where source_node like 'z%'");

        var view = await ViewAsync(engine, id);
        Assert.Equal((Phase.Rejected, "MS2M-0112"), (view.Phase, view.Reason?.Code));
        // Nothing of it is in the way of another try.
        var again = Guid.CreateVersion7();
        await fleet.SendAsync(Names.Migrations, new StartMigration(again, "patient", "node-b"));
        await WaitAsync("it completes", async () => (await ViewAsync(engine, again)).Phase == Phase.Completed);
    }

    private static async Task KnowAsync(
        RunningEngine engine, ScriptedFleet fleet, IReadOnlyDictionary<string, string> workloads)
    {
        await fleet.ReportAsync(workloads);
        var reader = engine.Services.GetRequiredService<Cluster.ClusterReader>();
        // The nodes too: one without a workload may be a target, and its report comes by itself.
        await WaitAsync("all nodes and workloads are known", async () =>
        {
            var nodes = (await reader.NodesAsync(CancellationToken.None)).ToList();
            var seen = nodes.SelectMany(node => node.Instances).ToList();
            return _nodes.All(name => nodes.Any(node => node.Node == name)) && workloads.Keys.All(workload => seen.Any(instance => instance.Spec.Name == workload));
        });
    }

    /// <summary>Until all have ended.</summary>
    /// <returns>How many were seen waiting at the same time.</returns>
    private static async Task<int> WatchAsync(RunningEngine engine, HashSet<Guid> ids)
    {
        var most = 0;
        await WaitAsync("all have ended", async () =>
        {
            var views = await Reader(engine).ListAsync(null, null, 1000, CancellationToken.None);
            var waiting = views.Where(view => ids.Contains(view.MigrationId)).Select(view => view.Queue?.Position).OfType<int>().ToList();
            Assert.Equal(waiting.Distinct().Count(), waiting.Count);
            most = Math.Max(most, waiting.Count);
            return views.Count(view => ids.Contains(view.MigrationId) && view.Finished) == ids.Count;
        });
        return most;
    }

    private static async Task<List<RecordedEvent>> LogAsync(RunningEngine engine, IEnumerable<Guid> ids)
    {
        var all = await Task.WhenAll(ids.Select(id => EventsAsync(engine, id)));
        return [.. all.SelectMany(events => events).OrderBy(one => one.SeqId)];
    }

    private static int Peak(List<RecordedEvent> log) => RunningAfterEach(log).Max(running => running.Count);

    private static void AssertLimitsHeld(List<RecordedEvent> log, AdmissionLimits limits) => Assert.All(
        RunningAfterEach(log), running =>
        {
            Assert.True(running.Count <= limits.Total);
            Assert.All(running.GroupBy(one => one.Source), node => Assert.True(node.Count() <= limits.Outgoing));
            Assert.All(running.GroupBy(one => one.Target), node => Assert.True(node.Count() <= limits.Incoming));
        });

    /// <summary>Which migrations had started and not ended, after each start and each end in the order of the log.</summary>
    private static IEnumerable<IReadOnlyCollection<(string Source, string Target)>> RunningAfterEach(List<RecordedEvent> log)
    {
        var queued = log.Select(one => one.Data).OfType<MigrationQueued>().Select(one => one.MigrationId).ToHashSet();
        var targets = log.Select(one => one.Data).OfType<MigrationRequested>().ToDictionary(one => one.MigrationId, one => one.TargetNode);
        var running = new Dictionary<Guid, (string Source, string Target)>();
        foreach (var @event in log.Select(one => (IMigrationMessage)one.Data))
        {
            switch (@event)
            {
                case MigrationRequested requested when !queued.Contains(requested.MigrationId):
                    running[requested.MigrationId] = (requested.SourceNode, requested.TargetNode);
                    break;
                case MigrationAdmitted admitted:
                    running[admitted.MigrationId] = (admitted.SourceNode, targets[admitted.MigrationId]);
                    break;
                case MigrationCompleted or MigrationRolledBack or MigrationFailed or MigrationCancelled or MigrationRejected:
                    running.Remove(@event.MigrationId);
                    break;
                default:
                    continue;
            }

            yield return [.. running.Values];
        }
    }

    private void Show(IEnumerable<MigrationView> views)
    {
        foreach (var view in views.OrderBy(view => view.RequestedAt))
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{view.Workload} {view.SourceNode}->{view.TargetNode} priority {view.Priority} waited {view.WaitedMs ?? 0:0} ms, total {view.TotalMs:0} ms"));
        }
    }

    private static async Task<double> StartedAsync(RunningEngine engine)
    {
        using var http = new HttpClient { BaseAddress = engine.Url };
        var line = (await http.GetStringAsync(new Uri("metrics", UriKind.Relative))).Split('\n')
            .Single(line => line.StartsWith("ms2m_migrations_started_total ", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static async Task AssertFoldAsync(RunningEngine engine, Guid id)
    {
        var saga = await engine.Services.GetRequiredService<DocumentTable<MigrationSaga, Guid>>().LoadAsync(
            engine.Services.GetRequiredService<NpgsqlDataSource>(), id, CancellationToken.None);
        Assert.Equal(
            JsonSerializer.Serialize(Migration.Fold((await EventsAsync(engine, id)).Select(one => (IMigrationMessage)one.Data))),
            JsonSerializer.Serialize(saga?.Value.State));
    }

    private static MigrationReader Reader(RunningEngine engine) => engine.Services.GetRequiredService<MigrationReader>();

    private static async Task<MigrationView> ViewAsync(RunningEngine engine, Guid id) =>
        (await Reader(engine).ViewAsync(id, CancellationToken.None)) ?? new MigrationView { MigrationId = id };

    private static Task<IReadOnlyList<RecordedEvent>> EventsAsync(RunningEngine engine, Guid id) =>
        engine.Services.GetRequiredService<ReadStream>().ReadAsync(id, 1, CancellationToken.None);

    private static async Task ExecuteAsync(NpgsqlDataSource store, string sql)
    {
        await using var command = store.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task WaitAsync(string what, Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"Waited 60 s until {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
