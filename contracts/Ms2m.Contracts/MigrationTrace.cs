using System.Diagnostics;

namespace Ms2m.Contracts;

/// <summary>One trace for each migration, that everybody finds without asking: its id is the migration's, in the order of
/// its text. Costs nothing while nobody listens to the source.</summary>
public static class MigrationTrace
{
    [ThreadStatic]
    private static ActivityTraceId? _next;

    // On a span that began while another one was current: that one.
    private const string Outer = "ms2m.outer";

    // Only a generator decides on the trace of a span without a parent. Whoever has set one keeps it for everything else.
    private static readonly Lazy<Func<ActivityTraceId>> _generator = new(() =>
    {
        var others = Activity.TraceIdGenerator;
        Activity.CurrentChanged += GiveWay;
        return Activity.TraceIdGenerator = () => _next ?? others?.Invoke() ?? ActivityTraceId.CreateRandom();
    });

    /// <summary>The 16 bytes of the id as its text has them: 01a1fa9f-bf5d-… is trace 01a1fa9fbf5d….</summary>
    public static ActivityTraceId IdOf(Guid migration) => ActivityTraceId.CreateFromString(migration.ToString("N"));

    /// <summary>A span of the migration's trace; null when nobody listens.</summary>
    /// <param name="parent">As <see cref="Headers.TraceParent"/> gave it. What is no span of this trace is ignored: anybody may
    /// send anything.</param>
    /// <param name="start">When it began, for a span that is told of afterwards; now when absent.</param>
    /// <param name="cause">A span that it follows from and that is not its parent, as <paramref name="parent"/>.</param>
    public static Activity? Start(
        ActivitySource source, string name, ActivityKind kind, Guid migration, string? parent,
        DateTimeOffset start = default, string? cause = null)
    {
        if (migration == Guid.Empty || !source.HasListeners())
        {
            return null;
        }

        _ = _generator.Value;
        ActivityLink[]? links = SpanOf(migration, cause) is { } link ? [new ActivityLink(link)] : null;
        if (SpanOf(migration, parent) is { } above)
        {
            return source.StartActivity(name, kind, above, startTime: start, links: links)?.SetTag("ms2m.migration", migration.ToString());
        }

        var outer = Activity.Current;
        // Otherwise that would be the parent of what has none.
        Activity.Current = null;
        _next = IdOf(migration);
        try
        {
            var span = source.StartActivity(name, kind, default(ActivityContext), startTime: start, links: links);
            span?.SetTag("ms2m.migration", migration.ToString()).SetCustomProperty(Outer, outer);
            return span;
        }
        finally
        {
            _next = null;
            Activity.Current ??= outer;
        }
    }

    private static ActivityContext? SpanOf(Guid migration, string? header) =>
        header is not null && ActivityContext.TryParse(header, null, isRemote: true, out var span) && span.TraceId == IdOf(migration)
            ? span
            : null;

    // A span that ended gives way to its parent, and one without a parent to nothing.
    private static void GiveWay(object? sender, ActivityChangedEventArgs changed)
    {
        if (changed is { Current: null, Previous: { IsStopped: true } ended } && ended.GetCustomProperty(Outer) is Activity outer)
        {
            Activity.Current = outer;
        }
    }
}
