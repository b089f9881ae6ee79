using Ms2m.Cli.Api;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Ms2m.Tests.Lab;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Traces;

/// <summary>Engine, both workers and the workload, source and copy, tell a collector of one migration.</summary>
[Collection(LabCollection.Name)]
public sealed class OneTraceOfAll(LabFixture lab, ITestOutputHelper output)
{
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>A batch leaves after five seconds at most.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task a_real_migration_is_one_trace_from_everybody()
    {
        var cancel = CancellationToken.None;
        await using var receiver = new OtlpReceiver("+");
        // The nodes' own gateway is this machine.
        Environment.SetEnvironmentVariable(
            Collector, $"http://10.77.{Environment.GetEnvironmentVariable("MS2M_LAB") ?? "0"}.1:{receiver.Port}");
        try
        {
            await StartAgain(cancel);
            await using var orders = await lab.LoadedOrders(
                new LoadOptions(Rate: 20, Publishers: 1, WorkMs: 5, StateMb: 5, WarmupSeconds: 1), output.WriteLine, cancel);
            var started = await lab.Cluster.Migrations.Start(OrdersWorkload.Name, LabFixture.Target, cancel);
            var ended = await new MigrationFollower(lab.Cluster.Engine, started.MigrationId, TimeProvider.System)
                .ToTheEnd((_, _) => { }, cancel);
            orders.Moved(ended);
            Assert.Equal("Completed", ended.Phase);

            var trace = started.MigrationId.ToString("N");
            await Until(() => Missing(receiver, trace).Count == 0, () => $"never came: {string.Join(", ", Missing(receiver, trace))}");
            // What one batch has told of hangs below what another one tells.
            await Until(() => Orphans(receiver, trace).Count == 0, () => $"without parents: {string.Join(", ", Orphans(receiver, trace))}");
            Assert.Single(receiver.Spans, span => span.Trace == trace && span.Parent.Length == 0);
            Assert.Empty(receiver.Troubles);
            await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Collector, null);
            await StartAgain(cancel);
        }
    }

    private static List<string> Missing(OtlpReceiver receiver, string trace)
    {
        string[] wanted =
        [
            "ms2m-engine/StartMigration", "ms2m-engine/migration orders", "ms2m-engine/step take-checkpoint", "ms2m-engine/open-replay",
            "ms2m-node-worker/reserve-target", "ms2m-node-worker/take-checkpoint", "ms2m-node-worker/checkpoint", "ms2m-node-worker/send",
            "ms2m-node-worker/restore-shadow", "ms2m-node-worker/restore", "ms2m-node-worker/remove-source",
            "orders/prepare-source", "orders/quiesce-source", "orders/replay", "orders/promote-shadow",
        ];
        return [.. wanted.Except(receiver.Spans.Where(span => span.Trace == trace).Select(span => $"{span.Service}/{span.Name}"))];
    }

    private static List<string> Orphans(OtlpReceiver receiver, string trace)
    {
        var spans = receiver.Spans.Where(span => span.Trace == trace).ToList();
        var known = spans.Select(span => span.Id).ToHashSet();
        return [.. spans.Where(span => span.Parent.Length > 0 && !known.Contains(span.Parent)).Select(span => $"{span.Service}/{span.Name}")];
    }

    // With or without a collector: programs read that when they start.
    private async Task StartAgain(CancellationToken cancel)
    {
        foreach (var verb in (string[])["stop", "start"])
        {
            await lab.Tool.Must(["engine", verb], cancel);
            await lab.Tool.Must(["worker", LabFixture.Source, verb], cancel);
            await lab.Tool.Must(["worker", LabFixture.Target, verb], cancel);
        }

        await lab.Ready();
    }

    private static async Task Until(Func<bool> holds, Func<string> otherwise)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!holds())
        {
            Assert.False(limit.IsCancellationRequested, otherwise());
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        }
    }
}
