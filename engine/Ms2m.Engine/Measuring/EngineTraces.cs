using System.Diagnostics;
using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.Engine.Measuring;

/// <summary>The engine's spans. The first one of a migration, that of its request, is the parent of the engine's others;
/// workers' and instances' spans hang below that of the message by which they were asked.</summary>
public static class EngineTraces
{
    public const string Name = "Ms2m.Engine";

    public static ActivitySource Source { get; } = new(Name);

    /// <summary>One message being handled.</summary>
    /// <param name="root">The migration's first span; null when this is it.</param>
    /// <param name="cause">The sender's span.</param>
    public static Activity? Handling(IMigrationMessage message, string? root, string? cause)
    {
        var span = MigrationTrace.Start(
            Source, message.GetType().Name, ActivityKind.Consumer, message.MigrationId, root, cause: cause);
        if (message is IStepMessage step)
        {
            span?.SetTag("ms2m.step", step.Step).SetTag("ms2m.attempt", step.Attempt);
        }

        return span;
    }

    /// <summary>One of the engine's own steps on the broker.</summary>
    public static Activity? Working(IStepMessage task, string? parent) =>
        MigrationTrace.Start(Source, task.Step, ActivityKind.Internal, task.MigrationId, parent)
            ?.SetTag("ms2m.step", task.Step).SetTag("ms2m.attempt", task.Attempt);

    /// <summary>Tells of an ended migration and of its steps as the engine saw them: each from the decision to have it done to
    /// the decision that it is over.</summary>
    public static void Tell(MigrationView view, string? root, IReadOnlyList<RecordedEvent> events)
    {
        if (!Source.HasListeners())
        {
            return;
        }

        var failed = view.Phase is not (Phase.Completed or Phase.Cancelled);
        Span($"migration {view.Workload}", view.MigrationId, root, view.RequestedAt, view.FinishedAt ?? view.RequestedAt, failed, span => span
            .SetTag("ms2m.outcome", view.Phase.ToString()).SetTag("ms2m.source", view.SourceNode).SetTag("ms2m.target", view.TargetNode)
            .SetTag("ms2m.interruption_ms", view.InterruptionMs).SetTag("ms2m.checkpoint_bytes", view.CheckpointBytes));
        foreach (var (step, from, until, given) in StepSpans.Of(events))
        {
            Span($"step {step.Step}", view.MigrationId, root, from, until, given, span => span
                .SetTag("ms2m.step", step.Step).SetTag("ms2m.attempt", step.Attempt));
        }
    }

    /// <summary>What a message carries besides its own headers, so that whoever gets it can go on with the trace.</summary>
    public static IEnumerable<KeyValuePair<string, object>> With(Activity? span, IEnumerable<KeyValuePair<string, object>> headers) =>
        span is { Id: { } id } && span.Source == Source ? headers.Append(new(Headers.TraceParent, id)) : headers;

    private static void Span(
        string name, Guid migration, string? root, DateTimeOffset from, DateTimeOffset until, bool failed, Action<Activity> describe)
    {
        using var span = MigrationTrace.Start(Source, name, ActivityKind.Internal, migration, root, from);
        if (span is not null)
        {
            describe(span);
            span.SetStatus(failed ? ActivityStatusCode.Error : ActivityStatusCode.Ok);
            span.SetEndTime(until.UtcDateTime);
        }
    }
}
