using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Faults;

/// <summary>A source that stands still across the cutover (SIGSTOP) and goes on (SIGCONT) when another instance is the
/// workload. Its node's worker is dead, so nobody removes it meanwhile: that it does no harm is its own doing and the
/// broker's.</summary>
[Collection(LabCollection.Name)]
public sealed class SourceFrozen(LabFixture lab, ITestOutputHelper output)
{
    private const string JournalClosed = "journal_closed";

    /// <summary>So much that what the shadow has to catch up with takes seconds.</summary>
    private static readonly LoadOptions Load = new(Rate: 50, Publishers: 2, WorkMs: 15, StateMb: 27, WarmupSeconds: 2);

    /// <summary>As long as this the shadow falls behind, unless the journal is closed before.</summary>
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(1);

    /// <summary>Seconds: time for a report or two.</summary>
    private const string Moment = "0.1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <param name="moment">With messages in its memory and not a word said, or with its journal closed.</param>
    [Theory]
    [InlineData("shadow_attached")]
    [InlineData(JournalClosed)]
    public async Task it_wakes_up_shut_out_touches_nothing_and_leaves_by_itself(string moment)
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(Load, output.WriteLine, cancel);
        await using var slow = await SlowNetwork.To(lab.Tool, LabFixture.Target, cancel);
        var source = orders.Instance;
        var pid = await Pid(LabFixture.Source, source, cancel);
        // With so long an interruption allowed the cutover begins while the shadow is far behind.
        var started = await lab.Cluster.Migrations.Start(JsonSerializer.SerializeToUtf8Bytes(new
        {
            workload = OrdersWorkload.Name,
            targetNode = LabFixture.Target,
            policy = moment == JournalClosed ? new { maxInterruptionMs = 30_000 } : null,
        }), cancel);
        MigrationFollower Follow() => new(lab.Cluster.Engine, started.MigrationId, TimeProvider.System);
        try
        {
            await Phases.Happened(Follow(), "shadow_attached", cancel);
            await lab.Tool.Must(["worker", LabFixture.Source, "kill"], cancel);
            if (moment == JournalClosed)
            {
                await StopAfterTheJournal(started.MigrationId, Follow(), pid, cancel);
            }
            else
            {
                await Signal(LabFixture.Source, "STOP", pid, cancel);
            }

            await Phases.Happened(Follow(), "shadow_promoted", cancel);
            await Phases.Happened(Follow(), "source_revoked", cancel);
            await Signal(LabFixture.Source, "CONT", pid, cancel);

            var said = await Said(source, "ended: Retired", cancel);
            Assert.Contains("the broker refuses this instance", said, StringComparison.Ordinal);
        }
        finally
        {
            await lab.Tool.InNode(LabFixture.Source, $"kill -CONT {pid} 2>/dev/null || true", cancel);
            await lab.Tool.Must(["worker", LabFixture.Source, "start"], cancel);
        }

        await lab.Ready();
        var ended = await Follow().ToTheEnd((_, _) => { }, cancel);
        orders.Moved(ended);
        output.WriteLine($"{ended.Phase} after {ended.TotalMs:0} ms: {ended.Reason}");
        Assert.Equal("Completed", ended.Phase);
        if (moment == JournalClosed)
        {
            await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
        }
        else
        {
            await Proof.ExactAcrossACrash(lab, orders, output.WriteLine, cancel);
        }
    }

    /// <summary>Between the end of the journal and the promotion: the shadow is held back until the source stands still,
    /// else it would often be promoted first. Held back too early it cannot say how far it is, and then nobody closes the
    /// journal: it goes on for a moment at a time, each far shorter than what it still has to do.</summary>
    private async Task StopAfterTheJournal(Guid migration, MigrationFollower follower, string source, CancellationToken cancel)
    {
        var held = await Pid(LabFixture.Target, Names.ShadowInstance(OrdersWorkload.Name, migration), cancel);
        await Signal(LabFixture.Target, "STOP", held, cancel);
        var closed = Phases.Happened(follower, JournalClosed, cancel);
        while (await Task.WhenAny(closed, Task.Delay(Hold, cancel)) != closed)
        {
            await Must(LabFixture.Target, $"kill -CONT {held}; sleep {Moment}; kill -STOP {held}", cancel);
        }

        await closed;
        await Signal(LabFixture.Source, "STOP", source, cancel);
        var log = (await lab.Cluster.Engine.Events(migration, 0, 0, cancel)).As<List<LogEvent>>();
        Assert.DoesNotContain(log, one => one.Type == "promotion_committed");
        await Signal(LabFixture.Target, "CONT", held, cancel);
    }

    private Task Signal(string node, string signal, string pid, CancellationToken cancel) =>
        Must(node, $"kill -{signal} {pid}", cancel);

    private async Task Must(string node, string command, CancellationToken cancel) =>
        Assert.True(await lab.Tool.InNode(node, command, cancel) is not null, $"On {node} failed: {command}");

    private async Task<string> Pid(string node, string instance, CancellationToken cancel)
    {
        var pid = (await lab.Tool.InNode(node, $"podman inspect --format '{{{{.State.Pid}}}}' {instance}", cancel))?.Trim();
        Assert.False(string.IsNullOrEmpty(pid), $"{instance} on {node} has no process.");
        return pid;
    }

    private async Task<string> Said(string instance, string last, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        using var look = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var said = "";
        try
        {
            while (await look.WaitForNextTickAsync(patience.Token))
            {
                said = await lab.Tool.InNode(LabFixture.Source, $"podman logs --tail 20 {instance} 2>&1", cancel) ?? "";
                if (said.Contains(last, StringComparison.Ordinal))
                {
                    output.WriteLine(said);
                    return said;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Said below, with what was seen.
        }

        throw new TimeoutException($"{instance} did not say \"{last}\" within {Patience.TotalSeconds:0} s, but: {said}");
    }
}
