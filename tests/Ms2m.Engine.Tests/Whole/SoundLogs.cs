using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.Engine.Api;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Ms2m.History.Verifying;
using Ms2m.Migrations;
using Npgsql;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>What engines leave in the store holds to every law of the log, also when there are two of them.</summary>
public sealed class SoundLogs(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task two_engines_write_one_log_and_one_read_model_in_which_nothing_is_wrong()
    {
        await using var one = await fixture.StartEngineAsync();
        await using var other = await fixture.StartEngineAsync();
        var clusters = new List<ScriptedCluster>();
        var ids = new List<Guid>();
        try
        {
            for (var i = 0; i < 6; i++)
            {
                var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, $"sound-{i}");
                clusters.Add(cluster);
                // One after the other on the same two nodes: the report of each names its own source.
                ids.Add(await WholeMigrations.StartAsync(i % 2 == 0 ? one : other, cluster, Guid.CreateVersion7()));
                await WholeMigrations.EndOfAsync(one, ids[i]);
            }

            foreach (var engine in new[] { one, other })
            {
                var list = await engine.Services.GetRequiredService<MigrationReader>().ListAsync(null, null, 100, default);
                Assert.Subset(list.Select(view => view.MigrationId).ToHashSet(), ids.ToHashSet());
                Assert.All(list.Where(view => ids.Contains(view.MigrationId)), view => Assert.Equal(Phase.Completed, view.Phase));
            }

            var store = one.Services.GetRequiredService<NpgsqlDataSource>();
            var report = await new VerifyRun(new StoredStreams(store), one.Services.GetRequiredService<EventTypes>()).AllAsync(null, default);

            Assert.Empty(report.Findings);
            Assert.True(report.Migrations >= ids.Count);
        }
        finally
        {
            foreach (var cluster in clusters)
            {
                await cluster.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task every_event_says_who_where_when_and_of_which_step()
    {
        await using var engine = await fixture.StartEngineAsync();
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "provenance");
        var id = await WholeMigrations.StartAsync(engine, cluster, Guid.CreateVersion7());
        await WholeMigrations.EndOfAsync(engine, id);
        var events = await engine.Services.GetRequiredService<ReadStream>().ReadAsync(id, 1, default);

        Assert.All(events, one =>
        {
            var facts = EventFacts.Of(one);
            Assert.NotNull(facts.Author);
            Assert.EndsWith($":{Environment.ProcessId}", facts.Engine, StringComparison.Ordinal);
            Assert.NotNull(facts.Version);
            Assert.Equal(Guid.Parse(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()).ToString(), facts.Clock);
            Assert.InRange(one.Timestamp - facts.Arrived!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(20));
            Assert.Matches("^[0-9a-f]{64}$", facts.Digest!);
            Assert.NotNull(one.CausationId);
            Assert.NotNull(one.CorrelationId);
        });
        Assert.Equal(events.Select(one => EventFacts.Of(one).MonotonicMs), events.Select(one => EventFacts.Of(one).MonotonicMs).Order());
        Facts("shadow_ready", "node-b", StepNames.RestoreShadow);
        Facts("source_prepared", "node-a", StepNames.PrepareSource);
        Facts("replay_progressed", "node-b", StepNames.FollowReplay);
        Facts("step_started", null, StepNames.ReserveTarget);

        void Facts(string type, string? node, string step)
        {
            var facts = EventFacts.Of(events.First(one => one.Alias == type));
            Assert.Equal((node, step, 1), (facts.Node, facts.Step, facts.Attempt));
        }
    }

    [Fact]
    public async Task versions_of_what_runs_on_the_nodes_are_in_the_first_event()
    {
        await using var engine = await fixture.StartEngineAsync();
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "versions");
        cluster.Versions["criu"] = "4.2.1";
        var id = await WholeMigrations.StartAsync(engine, cluster, Guid.CreateVersion7());
        await WholeMigrations.EndOfAsync(engine, id);

        var requested = (MigrationRequested)(await engine.Services.GetRequiredService<ReadStream>().ReadAsync(id, 1, default))[0].Data;

        Assert.Equal(("4.2.1", "4.2.1"), (requested.SourceVersions["criu"], requested.TargetVersions["criu"]));
    }
}
