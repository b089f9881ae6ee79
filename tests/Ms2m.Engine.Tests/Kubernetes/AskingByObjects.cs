using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Engine.Tests.Whole;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Tests.Kubernetes;

/// <summary>Objects in a cluster, and the migrations that they ask for, on a real broker and a real store.</summary>
public sealed class AskingByObjects(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task an_object_is_a_migration_and_shows_it_to_its_end()
    {
        await using var shop = await Shop.OpenAsync(fixture, "asked");
        await using var engine = await shop.EngineAsync();

        var asked = await shop.AskAsync(change: spec => spec with { ReplayCutoffSeconds = 60, MigrationStrategy = "ShadowPod" });
        var ended = await shop.UntilAsync("it has ended", one => Shop.Condition(one, "Completed") is { Status: "True" });

        var log = await Shop.LogAsync(engine, asked);
        var requested = Assert.IsType<MigrationRequested>(log[0]);
        Assert.Equal(
            ("kubernetes:shop-asked/move", "shadow", 60_000, "node-b"),
            (requested.RequestedBy, requested.Strategy, requested.Policy.MaxReplayMs, requested.TargetNode));
        Assert.Equal(("Completed", asked.Metadata.Uid), (ended.Status!.Phase, ended.Status.MigrationId));
        Assert.Superset(new HashSet<string> { "Checkpointing", "Replaying", "Finalizing" }, ended.Status.PhaseTimings!.Keys.ToHashSet());
        await Shop.WaitAsync("it is let go", () => shop.Find()!.Metadata.Finalizers is null or []);
        // Before anything was sent, or a deletion would have gone past us.
        var calls = shop.Cluster.Calls.ToList();
        Assert.Contains(calls, call => call is { Verb: "patch", Resource: "statefulmigrations" } && call.Body!.Contains(Markings.CancelFinalizer, StringComparison.Ordinal));
        Assert.Equal(["Accepted", "Completed"], shop.Said().Where(one => one is "Accepted" or "Completed"));
        Assert.Single(shop.Said(), "Checkpointing");
        Assert.Empty(shop.Said("Warning"));
    }

    [Fact]
    public async Task a_bad_object_is_refused_once_and_for_all()
    {
        await using var shop = await Shop.OpenAsync(fixture, "bad");
        await using var engine = await shop.EngineAsync();

        var asked = await shop.AskAsync(change: spec => spec with { SourcePod = "nobody-0" });
        var refused = await shop.UntilAsync("it is refused", one => one.Status?.Phase == "Rejected");

        Assert.Equal(("False", "MS2M1321"), (Shop.Condition(refused, "Accepted")!.Status, Shop.Condition(refused, "Accepted")!.Reason));
        Assert.Null(refused.Metadata.Finalizers);
        Assert.IsType<MigrationRejected>(Assert.Single(await Shop.LogAsync(engine, asked)));
        Assert.Equal(["Rejected"], shop.Said("Warning"));
        await shop.DeleteAsync();
        Assert.Null(shop.Find());
    }

    [Fact]
    public async Task what_the_engine_refuses_the_object_says()
    {
        await using var shop = await Shop.OpenAsync(fixture, "there");
        await using var engine = await shop.EngineAsync();

        await shop.AskAsync(change: spec => spec with { TargetNode = "node-a" });

        var refused = await shop.UntilAsync("it is refused", one => one.Status?.Phase == "Rejected");
        Assert.Equal("MS2M0106", Shop.Condition(refused, "Completed")!.Reason);
        await Shop.WaitAsync("it is let go", () => shop.Find()!.Metadata.Finalizers is null or []);
    }

    [Fact]
    public async Task deleting_it_before_the_commit_cancels_and_leaves_the_source_as_it_was()
    {
        await using var shop = await Shop.OpenAsync(fixture, "withdrawn");
        shop.Workers.Instead[nameof(TakeCheckpoint)] = _ => [];
        await using var engine = await shop.EngineAsync();
        var asked = await shop.AskAsync();
        await shop.UntilAsync("it is under way", one => one.Status?.Phase == "Checkpointing");

        await shop.DeleteAsync();
        await shop.UntilGoneAsync();

        var log = await Shop.LogAsync(engine, asked);
        Assert.IsType<MigrationCancelled>(log[^1]);
        Assert.Single(log.OfType<RollbackStarted>());
        Assert.DoesNotContain(log, one => one is CancelRefused);
        Assert.Contains(log.OfType<RollbackStarted>(), one => one.Reason.Message.Contains("kubernetes:shop-withdrawn/move", StringComparison.Ordinal));
        Assert.True(shop.SourceLives);
        Assert.Contains("Cancelled", shop.Said());
    }

    [Fact]
    public async Task deleting_it_after_the_commit_lets_it_end_first()
    {
        await using var shop = await Shop.OpenAsync(fixture, "committed");
        JsonElement? held = null;
        shop.Workers.Instead[nameof(ActivateInstance)] = command =>
        {
            held ??= command.Clone();
            return [];
        };
        await using var engine = await shop.EngineAsync();
        var asked = await shop.AskAsync();
        await Shop.WaitAsync("it is committed", () => held is not null);

        await shop.DeleteAsync();
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        Assert.True(shop.Find()!.Metadata.IsGoing);
        Assert.DoesNotContain(await Shop.LogAsync(engine, asked), one => one is CancelRefused);
        var command = held!.Value;
        shop.Workers.Instead.Remove(nameof(ActivateInstance));
        await shop.Workers.SendAsync(Names.Migrations, new InstanceActivated(
            command.GetProperty("migrationId").GetGuid(), command.GetProperty("step").GetString()!,
            command.GetProperty("attempt").GetInt32(), "node-b", command.GetProperty("instanceId").GetString()!));
        await shop.UntilGoneAsync();

        Assert.IsType<MigrationCompleted>((await Shop.LogAsync(engine, asked))[^1]);
    }

    [Fact]
    public async Task an_engine_that_was_away_brings_everything_up_to_date()
    {
        await using var shop = await Shop.OpenAsync(fixture, "resumed");
        shop.Workers.Instead[nameof(TakeCheckpoint)] = _ => [];
        await using (await shop.EngineAsync("first"))
        {
            await shop.AskAsync();
            await shop.UntilAsync("it is under way", one => one.Status?.Phase == "Checkpointing");
        }

        // It let go when it stopped, so that the next need not wait.
        Assert.Equal("", shop.Cluster.Find(Kinds.Leases, "ms2m", "ms2m-engine")!.Spec!.HolderIdentity);
        var id = Guid.Parse(shop.Find()!.Metadata.Uid!);
        await shop.Workers.SendAsync(Names.Migrations, new CheckpointTaken(id, StepNames.TakeCheckpoint, 1, "node-a", 1, 1));
        await shop.Workers.SendAsync(Names.Migrations, new TransferCompleted(id, StepNames.SendCheckpoint, 1, "node-a", 1, "d", 1));
        await using var next = await shop.EngineAsync("second");
        await shop.UntilAsync("it has ended", one => Shop.Condition(one, "Completed") is { Status: "True" });

        Assert.Single(shop.Said(), "Accepted");
        Assert.Single(shop.Said(), "Completed");
    }

    [Fact]
    public async Task an_object_deleted_while_no_engine_runs_is_cancelled_by_the_next()
    {
        await using var shop = await Shop.OpenAsync(fixture, "orphan");
        shop.Workers.Instead[nameof(TakeCheckpoint)] = _ => [];
        StatefulMigration asked;
        await using (await shop.EngineAsync("first"))
        {
            asked = await shop.AskAsync();
            await shop.UntilAsync("it is under way", one => one.Status?.Phase == "Checkpointing");
        }

        await shop.DeleteAsync();
        Assert.NotNull(shop.Find());
        await using var next = await shop.EngineAsync("second");
        await shop.UntilGoneAsync();

        Assert.IsType<MigrationCancelled>((await Shop.LogAsync(next, asked))[^1]);
    }

    [Fact]
    public async Task one_that_was_deleted_before_its_request_was_heard_never_begins()
    {
        await using var shop = await Shop.OpenAsync(fixture, "early");
        // As an engine leaves it that dies between the finalizer and the request.
        var asked = await shop.AskAsync();
        await shop.Cluster.PatchAsync(
            Kinds.Migrations, new ObjectName(shop.Space, "move"),
            Patch.Merge(new() { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["finalizers"] = new System.Text.Json.Nodes.JsonArray(Markings.CancelFinalizer) } }),
            CancellationToken.None);
        await shop.DeleteAsync();
        await using var engine = await shop.EngineAsync();
        await shop.UntilGoneAsync();

        // The request comes at last, and too late.
        await shop.Workers.SendAsync(Names.Migrations, new StartMigration(Guid.Parse(asked.Metadata.Uid!), shop.Workers.Workload, "node-b"));
        await shop.AskAsync("another");
        await shop.UntilAsync("another has ended", one => Shop.Condition(one, "Completed") is { Status: "True" }, "another");
        Assert.Equal("MS2M-1328", Assert.IsType<MigrationRejected>(Assert.Single(await Shop.LogAsync(engine, asked))).Reason.Code);
    }

    [Fact]
    public async Task of_two_engines_one_leads_and_the_other_takes_over_when_it_stops()
    {
        await using var shop = await Shop.OpenAsync(fixture, "pair");
        var one = await shop.EngineAsync("one");
        await Shop.WaitAsync("one leads", () => shop.Cluster.Find(Kinds.Leases, "ms2m", "ms2m-engine")?.Spec?.HolderIdentity == "one");
        await using var two = await shop.EngineAsync("two");
        await shop.AskAsync("first");
        await shop.UntilAsync("the first has ended", asked => Shop.Condition(asked, "Completed") is { Status: "True" }, "first");
        Assert.Equal("one", shop.Cluster.Find(Kinds.Leases, "ms2m", "ms2m-engine")!.Spec!.HolderIdentity);

        await one.DisposeAsync();
        await Shop.WaitAsync("two leads", () => shop.Cluster.Find(Kinds.Leases, "ms2m", "ms2m-engine")!.Spec!.HolderIdentity == "two");
        await shop.AskAsync("second", spec => spec with { SourcePod = "nobody-0" });

        await shop.UntilAsync("the second is judged", asked => asked.Status?.Phase == "Rejected", "second");
        Assert.Single(shop.Said(), "Accepted");
    }

    [Fact]
    public async Task a_server_that_refuses_for_a_while_costs_time_only()
    {
        await using var shop = await Shop.OpenAsync(fixture, "refusing");
        var left = 5;
        shop.Cluster.Refuse = call => call.Resource.StartsWith("statefulmigrations", StringComparison.Ordinal)
            && call.Verb is "update" or "patch" && Interlocked.Decrement(ref left) >= 0
                ? new ApiProblem(left % 2 == 0 ? 409 : 503, left % 2 == 0 ? "Conflict" : "", "not now")
                : null;
        await using var engine = await shop.EngineAsync();

        await shop.AskAsync();

        await shop.UntilAsync("it has ended", one => Shop.Condition(one, "Completed") is { Status: "True" });
        Assert.True(left < 0, "Nothing was refused.");
    }
}
