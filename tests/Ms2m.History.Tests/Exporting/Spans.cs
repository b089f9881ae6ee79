using System.Text.Json;
using Ms2m.History.Exporting;
using Ms2m.History.Tests.Runs;
using Ms2m.History.Timelines;

namespace Ms2m.History.Tests.Exporting;

public sealed class Spans
{
    [Fact]
    public void a_migration_is_one_trace_whose_spans_all_hang_together()
    {
        foreach (var history in AnyRun.All(20))
        {
            var spans = Of(history).Select(one => one.Span).ToArray();
            Assert.Equal([history.Id.ToString("N")], spans.Select(span => Text(span, "traceId")).Distinct());
            var ids = spans.Select(span => Text(span, "spanId")).ToArray();
            Assert.Equal(ids.Distinct(), ids);
            Assert.All(ids, id => Assert.Matches("^[0-9a-f]{16}$", id));
            Assert.Single(spans, span => Text(span, "parentSpanId").Length == 0);
            Assert.All(spans, span => Assert.True(Text(span, "parentSpanId").Length == 0 || ids.Contains(Text(span, "parentSpanId"))));
        }
    }

    [Fact]
    public void no_span_ends_before_it_begins_or_lies_outside_its_parent()
    {
        foreach (var history in AnyRun.All(20))
        {
            var spans = Of(history).Select(one => one.Span).ToDictionary(span => Text(span, "spanId"));
            foreach (var span in spans.Values)
            {
                var (from, to) = Times(span);
                Assert.True(from <= to, $"{span}");
                // What goes on after a migration's end, such as a cancel that is refused, is no step.
                if (spans.GetValueOrDefault(Text(span, "parentSpanId")) is { ValueKind: JsonValueKind.Object } parent)
                {
                    Assert.InRange(from, Times(parent).From - 200, Times(parent).To + 200);
                    Assert.InRange(to, Times(parent).From - 200, Times(parent).To + 200);
                }
            }
        }
    }

    [Fact]
    public void exported_twice_they_are_the_same() => Assert.Equal(
        OtlpSpans.Request([MigrationHistory.Of(SimulatedRun.Of(3, 0.1))]), OtlpSpans.Request([MigrationHistory.Of(SimulatedRun.Of(3, 0.1))]));

    [Fact]
    public void work_belongs_to_the_service_that_did_it()
    {
        var services = Of(MigrationHistory.Of(SimulatedRun.Of(2))).Select(one => one.Resource).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "service.name=ms2m-engine",
                "service.name=ms2m-node-worker host.name=node-a",
                "service.name=ms2m-node-worker host.name=node-b",
                $"service.name=ms2m-workload service.instance.id={World.Shadow(SimulatedRun.Of(2)[0].StreamId)}",
                "service.name=ms2m-workload service.instance.id=orders-1",
            ],
            services.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<(string Resource, JsonElement Span)> Of(MigrationHistory history) =>
        from resource in JsonElement.Parse(OtlpSpans.Request([history])).GetProperty("resourceSpans").EnumerateArray()
        let name = string.Join(' ', resource.GetProperty("resource").GetProperty("attributes").EnumerateArray()
            .Select(one => $"{Text(one, "key")}={Text(one.GetProperty("value"), "stringValue")}"))
        from scope in resource.GetProperty("scopeSpans").EnumerateArray()
        from span in scope.GetProperty("spans").EnumerateArray()
        select (name, span);

    private static (long From, long To) Times(JsonElement span) =>
        (long.Parse(Text(span, "startTimeUnixNano"), null), long.Parse(Text(span, "endTimeUnixNano"), null));

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
