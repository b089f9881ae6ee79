using System.Text;
using Ms2m.Contracts;
using Ms2m.Workload.Tests.Lab;
using RabbitMQ.Client;

namespace Ms2m.Workload.Tests.OnTheBroker;

/// <summary>The source's part on a real broker.</summary>
public sealed class SourceTests(Broker broker) : IClassFixture<Broker>
{
    private readonly Guid _migration = Guid.NewGuid();
    private readonly string _queue = $"q-{Guid.NewGuid():N}";

    [Fact]
    public async Task what_comes_before_the_fence_is_carried_and_what_comes_after_is_named()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync();
        await engine.SourcePreparedAsync(_migration, source.InstanceId);
        await engine.PublishManyAsync(0, 3);
        await engine.FenceAsync(_migration, _queue, source.InstanceId);
        await engine.PublishManyAsync(3, 3);
        await EngineStandIn.AppliedAsync(source, 6);
        Assert.Equal(3, (await engine.HearAsync<FenceReached>()).Ordinal);
        await engine.QuiesceAsync(_migration, source.InstanceId);
        var closed = await engine.HearAsync<JournalClosed>();

        var journal = await engine.JournalAsync(_migration);
        Assert.Equal(["carried", "carried", "carried", "named", "named", "named", "close"], journal.Select(e => Text(e, Headers.Kind)));
        Assert.Equal([1, 2, 3, 4, 5, 6, 6], journal.Select(e => (int)(long)e.BasicProperties.Headers![Headers.Ordinal]!));
        Assert.Equal("body 1", Encoding.UTF8.GetString(journal[1].Body.Span));
        Assert.Equal("in", Text(journal[1], Headers.Exchange));
        Assert.Equal("a.b", Text(journal[1], Headers.RoutingKey));
        Assert.Equal(0, journal[4].Body.Length);
        Assert.Equal("id:m4", Text(journal[4], Headers.Name));
        Assert.Equal(closed.ChainDigest, Text(journal[6], Headers.ChainDigest));
        Assert.Equal(0L, journal[6].BasicProperties.Headers![Headers.Unsettled]);
    }

    [Fact]
    public async Task an_old_or_foreign_fence_is_taken_away_without_a_word()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync();
        await engine.FenceAsync(Guid.NewGuid(), _queue, source.InstanceId);
        await engine.SourcePreparedAsync(_migration, source.InstanceId);
        await engine.FenceAsync(Guid.NewGuid(), _queue, source.InstanceId);
        await engine.PublishManyAsync(0, 1);
        await EngineStandIn.AppliedAsync(source, 1);
        Assert.Empty(engine.Heard.OfType<FenceReached>());
        Assert.Equal(0u, await engine.ReadyAsync(_queue));
    }

    [Fact]
    public async Task a_fence_that_another_consumer_got_reaches_the_source_all_the_same()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync();
        await using var other = await StartAsync();
        await engine.SourcePreparedAsync(_migration, source.InstanceId);
        // Two consumers take turns, so one of two fences comes to the other one.
        await engine.FenceAsync(_migration, _queue, source.InstanceId);
        await engine.FenceAsync(_migration, _queue, source.InstanceId);
        await engine.HearAsync<FenceReached>(f => f.InstanceId == source.InstanceId);
    }

    [Fact]
    public async Task quiesce_returns_what_no_handler_has_begun_in_its_order()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        var gate = new TaskCompletionSource();
        await using var source = await StartAsync(t => t.Gate = gate.Task);
        await engine.SourcePreparedAsync(_migration, source.InstanceId);
        await engine.PublishManyAsync(0, 20);
        await EngineStandIn.UntilAsync(() => engine.ReadyAsync(_queue).Result == 12, () => "the window is not full");
        await engine.QuiesceAsync(_migration, source.InstanceId);
        await Task.Delay(200);
        Assert.Empty(engine.Heard.OfType<JournalClosed>());
        gate.SetResult();

        Assert.Equal(1, (await engine.HearAsync<JournalClosed>()).LastOrdinal);
        Assert.Equal(["id:m0"], source.Applied);
        Assert.Equal(19u, await engine.ReadyAsync(_queue));
        await engine.ResumeAsync(_migration, source.InstanceId);
        await engine.HearAsync<SourceResumed>();
        await EngineStandIn.AppliedAsync(source, 20);
        Assert.Equal(Enumerable.Range(0, 20).Select(n => $"id:m{n}"), source.Applied);
    }

    [Fact]
    public async Task every_command_may_come_twice_and_is_answered_twice()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync();
        await engine.SourcePreparedAsync(_migration, source.InstanceId);
        await engine.PublishManyAsync(0, 2);
        await EngineStandIn.AppliedAsync(source, 2);
        await engine.SourcePreparedAsync(_migration, source.InstanceId, attempt: 2);
        await engine.QuiesceAsync(_migration, source.InstanceId);
        var first = await engine.HearAsync<JournalClosed>(m => m.Attempt == 1);
        await engine.QuiesceAsync(_migration, source.InstanceId, attempt: 2);
        var second = await engine.HearAsync<JournalClosed>(m => m.Attempt == 2);
        Assert.Equal(first with { Attempt = 2 }, second);
        Assert.Equal(3, (await engine.JournalAsync(_migration)).Count);
        await engine.ResumeAsync(_migration, source.InstanceId);
        await engine.HearAsync<SourceResumed>(m => m.Attempt == 1);
        await engine.ResumeAsync(_migration, source.InstanceId, attempt: 2);
        await engine.HearAsync<SourceResumed>(m => m.Attempt == 2);
        // A Prepare that was on its way for long must not open a journal that nobody reads.
        await engine.TellAsync(source.InstanceId, EngineStandIn.Prepare(_migration, source.InstanceId, 3));
        await engine.SourcePreparedAsync(Guid.NewGuid(), source.InstanceId);
    }

    [Fact]
    public async Task a_command_of_another_migration_is_refused_with_a_reason()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync();
        var other = Guid.NewGuid();
        await engine.QuiesceAsync(other, source.InstanceId);
        Assert.Equal("MS2M-4005", (await engine.HearAsync<HandoffBroken>(b => b.MigrationId == other)).Reason.Code);
        await engine.SourcePreparedAsync(_migration, source.InstanceId);
        var third = Guid.NewGuid();
        await engine.PromoteAsync(third, source.InstanceId);
        Assert.Equal("MS2M-4005", (await engine.HearAsync<HandoffBroken>(b => b.MigrationId == third)).Reason.Code);
    }

    [Fact]
    public async Task a_stopped_source_whose_resume_was_lost_is_freed_by_the_next_migration()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync();
        await engine.SourcePreparedAsync(_migration, source.InstanceId);
        await engine.QuiesceAsync(_migration, source.InstanceId);
        await engine.HearAsync<JournalClosed>(closed => closed.MigrationId == _migration);
        var next = Guid.NewGuid();
        await engine.SourcePreparedAsync(next, source.InstanceId);
        await engine.PublishManyAsync(0, 2);
        await EngineStandIn.AppliedAsync(source, 2);
        await engine.QuiesceAsync(next, source.InstanceId);
        Assert.Equal(2, (await engine.HearAsync<JournalClosed>(closed => closed.MigrationId == next)).LastOrdinal);
    }

    [Fact]
    public async Task malformed_control_messages_are_dropped_and_the_work_goes_on()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync();
        var prepare = new BasicProperties { Headers = new Dictionary<string, object?> { [Headers.MessageType] = Headers.Urn(typeof(PrepareSource)) } };
        await engine.TellRawAsync(source.InstanceId, new BasicProperties(), "{}"u8.ToArray());
        await engine.TellRawAsync(source.InstanceId, prepare, "{"u8.ToArray());
        await engine.TellRawAsync(source.InstanceId, prepare, "[]"u8.ToArray());
        await engine.TellRawAsync(source.InstanceId, prepare, "{}"u8.ToArray());
        await engine.TellRawAsync(source.InstanceId, prepare, [0xff, 0x00]);
        await engine.TellRawAsync(
            source.InstanceId, new BasicProperties { Headers = new Dictionary<string, object?> { [Headers.MessageType] = 7 } }, []);
        await engine.PublishManyAsync(0, 1);
        await EngineStandIn.AppliedAsync(source, 1);
        await EngineStandIn.UntilAsync(() => source.Log.Count(l => l.Contains("dropped", StringComparison.Ordinal)) == 6, () => string.Join('\n', source.Log));
        Assert.Equal(0u, await engine.ReadyAsync(Names.ControlQueue(source.InstanceId)));
        await engine.SourcePreparedAsync(_migration, source.InstanceId);
    }

    [Fact]
    public async Task a_lost_connection_does_not_begin_the_journal_anew()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync(t => t.WorkMs = 1);
        await engine.SourcePreparedAsync(_migration, source.InstanceId);
        var publishing = engine.PublishManyAsync(0, 300);
        for (var losses = 1; losses <= 4; losses++)
        {
            await EngineStandIn.AppliedAsync(source, losses * 50);
            source.Disconnect();
        }
        await publishing;
        await EngineStandIn.AppliedAsync(source, 300);
        await engine.QuiesceAsync(_migration, source.InstanceId);
        Assert.Equal(300, (await engine.HearAsync<JournalClosed>()).LastOrdinal);
        Assert.Equal(Enumerable.Range(0, 300).Select(n => $"id:m{n}"), source.Applied);
        var entries = await engine.JournalAsync(_migration);
        var ordinals = entries.SkipLast(1).Select(e => (long)e.BasicProperties.Headers![Headers.Ordinal]!);
        Assert.Equal(Enumerable.Range(1, 300).Select(n => (long)n), ordinals.Distinct());
        Assert.Equal(300, engine.Effects.DistinctBy(e => e.Id).Count());
        Assert.Equal(0u, await engine.ReadyAsync(_queue));
    }

    [Fact]
    public async Task a_handler_that_throws_sends_the_message_to_the_dead_letters_and_into_the_journal()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync(t => t.Throws = m => m.Name == "id:m1");
        await engine.SourcePreparedAsync(_migration, source.InstanceId);
        var dead = await engine.ReadyAsync("dead");
        await engine.PublishManyAsync(0, 3);
        await EngineStandIn.AppliedAsync(source, 3);
        await EngineStandIn.UntilAsync(() => engine.ReadyAsync("dead").Result == dead + 1, () => "nothing was dead-lettered");
        await engine.QuiesceAsync(_migration, source.InstanceId);
        Assert.Equal(3, (await engine.HearAsync<JournalClosed>()).LastOrdinal);
        Assert.Equal(["id:m0/1", "id:m2/1"], engine.Effects.Select(e => e.Id));
    }

    [Fact]
    public async Task a_retired_instance_leaves_the_broker_and_ends()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync();
        source.Write(new InstanceFile(source.InstanceId, _queue, InstanceRole.Retired, 2, broker.Uri.AbsoluteUri));
        source.Disconnect();
        Assert.Equal(WorkloadResult.Retired, await source.Running.WaitAsync(EngineStandIn.Patience));
        await engine.PublishManyAsync(0, 1);
        Assert.Empty(source.Applied);
    }

    [Fact]
    public async Task without_a_readable_file_it_waits_and_does_not_guess()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync();
        var good = File.ReadAllText(source.FilePath);
        File.WriteAllText(source.FilePath, "{");
        source.Disconnect();
        await engine.PublishManyAsync(0, 1);
        await EngineStandIn.UntilAsync(() => source.Log.Any(l => l.Contains("cannot be read", StringComparison.Ordinal)), () => "no complaint");
        Assert.Empty(source.Applied);
        File.WriteAllText(source.FilePath, good);
        await EngineStandIn.AppliedAsync(source, 1);
    }

    private async Task<FoldingWorkload> StartAsync(Action<WorkloadTweaks>? tweak = null)
    {
        var source = FoldingWorkload.Start(broker, _queue, tweak);
        await source.ConnectedAsync();
        return source;
    }

    private static string Text(BasicGetResult entry, string header) => Encoding.UTF8.GetString((byte[])entry.BasicProperties.Headers![header]!);
}
