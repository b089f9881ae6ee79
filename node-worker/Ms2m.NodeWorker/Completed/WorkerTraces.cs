using System.Diagnostics;
using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Completed;

/// <summary>The worker's spans: one for each step, and within it one for each thing that takes its time.</summary>
public static class WorkerTraces
{
    public const string Name = "Ms2m.NodeWorker";

    private static ActivitySource Source { get; } = new(Name);

    /// <param name="parent">The span that the command came from.</param>
    public static Activity? Step(StepKey key, string? parent, string node) => MigrationTrace
        .Start(Source, key.Step, ActivityKind.Consumer, key.MigrationId, parent)
        ?.SetTag("ms2m.step", key.Step).SetTag("ms2m.attempt", key.Attempt).SetTag("ms2m.node", node);

    /// <summary>A part of the step that is being worked on.</summary>
    public static Activity? Part(string name) => Activity.Current?.Source == Source ? Source.StartActivity(name) : null;

    public static void Ended(Activity? span, Trouble? trouble) => span?.SetStatus(
        trouble is null ? ActivityStatusCode.Ok : ActivityStatusCode.Error, trouble?.Reason.Code);
}
