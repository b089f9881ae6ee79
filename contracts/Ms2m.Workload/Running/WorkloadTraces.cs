using System.Diagnostics;
using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>The instance's spans, told of when they are over: none is open while the process is frozen, so no copy ends the
/// span of its original. Without a listener there are none.</summary>
public static class WorkloadTraces
{
    /// <summary>The source to listen to.</summary>
    public const string Name = "Ms2m.Workload";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>From a command's arrival until now.</summary>
    /// <returns>The arrival as the answer says it.</returns>
    internal static Arrival? Answered(IStepMessage answer, string instanceId, Arrival? arrival) => arrival is null
        ? null
        : arrival with
        {
            Trace = Tell(answer.Step, answer.MigrationId, instanceId, arrival.Trace, DateTimeOffset.UnixEpoch.AddMicroseconds(arrival.Received))
                ?? arrival.Trace,
        };

    /// <summary>Something that began a while ago and has just ended.</summary>
    /// <returns>The span, as a header says it; null when nobody listens.</returns>
    internal static string? Tell(string name, Guid migration, string instanceId, string? parent, DateTimeOffset began)
    {
        using var span = MigrationTrace.Start(Source, name, ActivityKind.Internal, migration, parent, began);
        return span?.SetTag("ms2m.instance", instanceId).Id;
    }
}
