using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ms2m.History.Timelines;

namespace Ms2m.History.Exporting;

/// <summary>Migrations as OpenTelemetry spans, in the JSON form of OTLP's ExportTraceServiceRequest. A migration is a trace, whose id is
/// the migration's; its spans have the same ids whenever they are exported: migration → steps → hops → work.</summary>
public static class OtlpSpans
{
    /// <summary>One request for some migrations, in one line.</summary>
    public static string Request(IEnumerable<MigrationHistory> histories) => JsonSerializer.Serialize(new
    {
        resourceSpans = histories.SelectMany(Spans).GroupBy(span => span.Resource).Select(group => new
        {
            resource = new { attributes = Attributes(group.Key) },
            scopeSpans = new[] { new { scope = new { name = "ms2m.history" }, spans = group.Select(span => span.Json).ToArray() } },
        }).ToArray(),
    });

    private static IEnumerable<(Resource Resource, object Json)> Spans(MigrationHistory history)
    {
        var engine = new Resource("ms2m-engine", null, null);
        var view = history.View();
        var root = SpanId(history, "migration", 0, "engine");
        yield return (engine, Span(
            history, root, null, $"migration {view.Workload}", 0, history.TotalMs, view.Reason is null ? 1 : 2, Kind.Internal,
            [
                ("ms2m.migration", $"{history.Id}"), ("ms2m.workload", view.Workload), ("ms2m.strategy", view.Strategy),
                ("ms2m.source_node", view.SourceNode), ("ms2m.target_node", view.TargetNode), ("ms2m.outcome", $"{view.Phase}"),
            ],
            [.. history.Events.Select(one => new { timeUnixNano = Nanos(history, one.SinceMs), name = one.Type })]));
        var seen = new Dictionary<(string, int), int>();
        foreach (var span in history.Steps)
        {
            // A step that a rollback ended and a failover begins anew has the same name and attempt once more.
            var again = seen[(span.Step, span.Attempt)] = seen.GetValueOrDefault((span.Step, span.Attempt)) + 1;
            var name = again == 1 ? span.Step : string.Create(CultureInfo.InvariantCulture, $"{span.Step}#{again}");
            var step = SpanId(history, name, span.Attempt, "engine");
            (string, string?)[] about =
            [
                ("ms2m.migration", $"{history.Id}"), ("ms2m.step", span.Step),
                ("ms2m.attempt", span.Attempt.ToString(CultureInfo.InvariantCulture)), ("ms2m.outcome", $"{span.Outcome}"),
            ];
            var status = span.Outcome is SpanOutcome.Failed or SpanOutcome.Overdue ? 2 : 1;
            yield return (engine, Span(history, step, root, span.Step, span.FromMs, span.ToMs, status, Kind.Internal, about));
            if (WorkSpan.Of(history, span) is not { } work)
            {
                continue;
            }

            var hop = SpanId(history, name, span.Attempt, "hop");
            yield return (engine, Span(
                history, hop, step, $"{span.Step} command", span.FromMs, span.ToMs, status, Kind.Producer, about));
            yield return (ResourceOf(work.Party), Span(
                history, SpanId(history, name, span.Attempt, work.Party.Name), hop, span.Step, work.FromMs, work.ToMs, status,
                Kind.Consumer, [.. about, ("ms2m.placed", work.Placed)]));
        }
    }

    private static Resource ResourceOf(Party party) => party.Kind == PartyKind.Node
        ? new Resource("ms2m-node-worker", party.Name, null)
        : new Resource("ms2m-workload", null, party.Name);

    private static object Span(
        MigrationHistory history, string id, string? parent, string name, double from, double to, int status, Kind kind,
        (string Key, string? Value)[] attributes, object[]? events = null) => new
        {
            traceId = history.Id.ToString("N"),
            spanId = id,
            parentSpanId = parent ?? "",
            name,
            kind = (int)kind,
            startTimeUnixNano = Nanos(history, from),
            endTimeUnixNano = Nanos(history, to),
            attributes = attributes.Where(one => one.Value is not null).Select(one => Attribute(one.Key, one.Value!)).ToArray(),
            events = events ?? [],
            status = new { code = status },
        };

    private static string SpanId(MigrationHistory history, string step, int attempt, string party) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{history.Id}|{step}|{attempt}|{party}"))).AsSpan(0, 8));

    // 64-bit numbers are text in JSON.
    private static string Nanos(MigrationHistory history, double sinceMs) =>
        ((history.TimeOf(sinceMs) - DateTimeOffset.UnixEpoch).Ticks * 100).ToString(CultureInfo.InvariantCulture);

    private static object[] Attributes(Resource resource) =>
    [
        Attribute("service.name", resource.Service),
        .. resource.Host is { } host ? new[] { Attribute("host.name", host) } : [],
        .. resource.Instance is { } instance ? new[] { Attribute("service.instance.id", instance) } : [],
    ];

    private static object Attribute(string key, string value) => new { key, value = new { stringValue = value } };

    private sealed record Resource(string Service, string? Host, string? Instance);

    /// <summary>Numbers of OTLP.</summary>
    private enum Kind
    {
        Internal = 1,
        Producer = 4,
        Consumer = 5,
    }
}
