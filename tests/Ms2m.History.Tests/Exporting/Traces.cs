using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.History.Exporting;
using Ms2m.History.Tests.Runs;
using Ms2m.History.Timelines;

namespace Ms2m.History.Tests.Exporting;

public sealed class Traces
{
    [Fact]
    public void any_migrations_make_a_valid_trace_alone_and_together()
    {
        var histories = AnyRun.All(20).ToArray();
        Assert.All(histories, history => TraceEventFormat.Check(Trace(history)));
        TraceEventFormat.Check(Trace(histories));
    }

    [Fact]
    public void engine_nodes_source_and_shadow_have_a_process_each()
    {
        var names = Entries(Trace(MigrationHistory.Of(SimulatedRun.Of(2))))
            .Where(entry => entry.GetProperty("name").GetString() == "process_name")
            .Select(entry => entry.GetProperty("args").GetProperty("name").GetString()!);
        Assert.Equal(
            ["engine", "node node-a", "node node-b", "workload orders: shadow", "workload orders: source"],
            names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void the_work_is_on_the_lane_of_the_one_who_did_it_and_lasts_as_long_as_it_says()
    {
        var history = MigrationHistory.Of(SimulatedRun.Of(2));
        var taken = history.Events.Single(one => one.Data is CheckpointTaken).Facts;
        var work = Entries(Trace(history)).Single(entry => entry.TryGetProperty("cat", out var kind) && kind.GetString() == "work"
            && entry.GetProperty("name").GetString() == StepNames.TakeCheckpoint);
        Assert.Equal((taken.Sent!.Value - taken.Received!.Value).TotalMicroseconds, work.GetProperty("dur").GetDouble(), 1.0);
    }

    private static JsonElement[] Entries(string trace) => [.. JsonElement.Parse(trace).GetProperty("traceEvents").EnumerateArray()];

    private static string Trace(params MigrationHistory[] histories)
    {
        var trace = new ChromeTrace();
        return ChromeTrace.Begin + string.Join(",\n", histories.SelectMany(trace.Entries)) + ChromeTrace.End;
    }
}
